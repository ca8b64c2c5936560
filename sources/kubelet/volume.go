package kubelet

import (
	"io/fs"
	"path"
	"slices"
	"strings"

	"confit/render/diag"
	"confit/sources/manifest"
)

// A Volume is a volume of a pod with its files.
type Volume struct {
	Name string
	Kind string // the field that says what the volume is; "" for one that nobody has the files of

	*volume
	root    *node
	blocked bool // a part of it is missing, so that no container starts
	open    bool // nobody knows all of its files and what they hold
}

// addVolumes makes the volumes of the pod.
func (p *Pod) addVolumes() {
	for i := range p.template.Spec.Volumes {
		v := &p.template.Spec.Volumes[i]
		if p.volumes[v.Name] != nil {
			p.report(Error, problem("manifest", v.At("name"), "another volume has the name "+diag.Quoted(v.Name), "give each a name of its own"))
			continue
		}
		before := p.errors()
		made := p.volume(v)
		made.blocked = made.blocked || p.errors() > before
		p.volumes[v.Name] = made
	}
}

func (p *Pod) volume(v *volume) *Volume {
	made := &Volume{Name: v.Name, volume: v, root: newDir()}
	w := volumeWriter{pod: p, volume: made, isMounted: p.isMounted(v.Name)}
	if dir, ok := p.cluster.Dirs[v.Name]; ok {
		made.Kind = "--volume"
		made.root = &node{outer: dir}
		return made
	}
	switch {
	case v.ConfigMap != nil:
		made.Kind = "configMap"
		w.object("ConfigMap", v.ConfigMap.Name, v.ConfigMap, v.ConfigMap.Mode)
	case v.Secret != nil:
		made.Kind = "secret"
		w.object("Secret", v.Secret.SecretName, v.Secret, v.Secret.Mode)
	case v.Projected != nil:
		made.Kind = "projected"
		w.projected(v.Projected)
	case v.Downward != nil:
		made.Kind = "downwardAPI"
		w.downward(v.Downward, v.Downward.Mode)
	case v.EmptyDir != nil:
		made.Kind = "emptyDir"
	case slices.ContainsFunc([]string{"configMap", "secret", "projected", "downwardAPI", "emptyDir"}, v.Reported):
		made.blocked = true // the misspelt field is an error already
	default:
		made.root.broken = "the manifests do not have the files of the volume " + diag.Quoted(v.Name) + ": --volume " + v.Name + "=DIR gives them"
	}
	return made
}

// isMounted tells whether a container mounts a volume.
func (p *Pod) isMounted(volume string) bool {
	return slices.ContainsFunc(p.Containers, func(c *Container) bool {
		return slices.ContainsFunc(c.VolumeMounts, func(m volumeMount) bool { return m.Name == volume })
	})
}

// A volumeWriter fills a volume.
type volumeWriter struct {
	pod    *Pod
	volume *Volume
	mode   *int64 // the defaultMode of a projected volume, for its sources

	isMounted bool // the kubelet makes no volume that no container mounts
}

// object writes the keys of a ConfigMap or Secret: those that items lists, or all.
func (w *volumeWriter) object(kind, name string, v *objectVolume, mode *int64) {
	w.pod.checkMode(mode, v.At("defaultMode"))
	for i := range v.Items {
		w.pod.checkMode(v.Items[i].Mode, v.Items[i].At("mode"))
		w.checkPath(v.Items[i].Path, v.Items[i].At("path"))
	}
	field := "name"
	if kind == "Secret" && v.SecretName != "" {
		field = "secretName"
	}
	optional := v.Optional || !w.isMounted
	d := w.pod.data(kind, name, optional, v.At(field))
	if d == nil {
		w.volume.blocked = w.volume.blocked || !optional && !w.pod.cluster.Assumed[strings.ToLower(kind)+"/"+name]
		return
	}
	w.volume.open = w.volume.open || d.Open
	if len(v.Items) == 0 {
		for _, k := range sorted(d) {
			w.put(k.Name, k, w.fileMode(mode, nil), v.Pos)
		}
		return
	}
	for i := range v.Items {
		item := &v.Items[i]
		k := w.pod.key(d, item.Key, optional, item.At("key"))
		if k == nil {
			w.volume.blocked = w.volume.blocked || !optional
			continue
		}
		w.put(item.Path, k, w.fileMode(mode, item.Mode), item.At("path"))
	}
}

// fileMode is the mode of a file: its own, that of the volume, or 0644.
func (w *volumeWriter) fileMode(volume, own *int64) fs.FileMode {
	for _, mode := range []*int64{own, volume, w.mode} {
		if mode != nil {
			return fs.FileMode(*mode & 0o777)
		}
	}
	return 0o644
}

func (w *volumeWriter) put(name string, k *manifest.Key, mode fs.FileMode, at diag.Pos) {
	w.add(name, node{data: k.Bytes, mode: mode, key: k, secret: k.Data.Kind == "Secret", standIn: k.Data.StandIn}, at)
}

// add places a file in the volume. The last one at a path stays, which is an error all the
// same: nobody means it.
func (w *volumeWriter) add(name string, file node, at diag.Pos) {
	if !validPath(name) {
		return // checkPath tells
	}
	name = path.Clean(name)
	if w.pod.template.Spec.Security.FSGroup != nil {
		file.mode |= 0o440 // so that the group can read it
	}
	if old, _ := w.volume.root.find(name); old != nil && !old.isDir() {
		w.pod.once("path "+w.volume.Name, Warning, problem("volume-path", at, "the file "+diag.Quoted(name)+" of the volume "+diag.Quoted(w.volume.Name)+" comes from two sources, and the last one wins", "give one of them another path"))
	}
	if err := w.volume.root.put(name, newNode(file)); err != nil && w.isMounted {
		w.pod.report(Error, problem("volume-path", at, diag.Quoted(name)+" of the volume "+diag.Quoted(w.volume.Name)+" is a file and a directory", "give one of them another path"))
	}
}
