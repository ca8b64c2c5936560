package kubelet

import (
	"maps"
	"path"
	"slices"
	"strings"

	"confit/render/diag"
)

// HintAbsent says where a file or a directory that is not in the container may be instead; ""
// where nobody knows. Kind is that of a source whose directory it is, and "" for a file. The
// flag goes before the name of a file that the command line names.
func (c *Container) HintAbsent(name, kind, flag string) string {
	inside := strings.TrimPrefix(path.Clean(name), "/")
	m, rest := c.Files.mountOf(inside)
	switch {
	case m != nil:
		return m.hintInside(rest)
	case slices.Contains([]string{"configMap", "secret", "downwardAPI"}, kind):
		return c.hintSource(name, kind)
	case kind == "" || kind == "file":
		return c.hintFile(name, flag)
	}
	return ""
}

// hintInside tells what a mounted volume has in place of a file.
func (m *mounted) hintInside(rest string) string {
	dir, _ := m.node.find(path.Dir(rest))
	if m.mount == nil || dir == nil || len(dir.entries) == 0 || rest == "." || !m.volume.isReadOnly() {
		return ""
	}
	return m.volume.title() + ", which is mounted at " + diag.Quoted("/"+m.at) + ", has " + diag.QuotedList(slices.Sorted(maps.Keys(dir.entries)))
}

// hintFile finds a mount, a volume or a ConfigMap with a file of the name.
func (c *Container) hintFile(name, flag string) string {
	base := path.Base(name)
	for _, m := range c.Files.mounts {
		at := path.Join("/", m.at)
		if !m.node.isDir() && path.Base(at) == base {
			return diag.Quoted(base) + " is mounted at " + diag.Quoted(at) + ": write " + flag + diag.Quoted(at)
		}
		if m.mount != nil && m.node.hasFile(base) {
			return m.volume.title() + ", which has " + diag.Quoted(base) + ", is mounted at " + diag.Quoted(at) + ": write " + flag + diag.Quoted(path.Join(at, base)) + ", or mount it at " + diag.Quoted(path.Dir(name))
		}
	}
	for _, volume := range c.pod.volumeNames() {
		if v := c.pod.volumes[volume]; v.root.hasFile(base) && !c.hasMounted(v) {
			return v.title() + ", which has " + diag.Quoted(base) + ", is not mounted in this container: " + v.mountAt(path.Dir(name))
		}
	}
	for _, o := range c.pod.cluster.Objects.Objects {
		if o.Kind == "ConfigMap" && (o.Namespace == "" || o.Namespace == c.pod.namespace()) && o.Keys().Keys[base] != nil {
			return "the ConfigMap " + diag.Quoted(o.Name) + ", which has " + diag.Quoted(base) + ", is no volume of the pod: add it to volumes:, and mount it at " + diag.Quoted(path.Dir(name))
		}
	}
	return ""
}

// hintSource finds mounts of a kind of volumes that the spec does not use, or else volumes that
// the container does not mount.
func (c *Container) hintSource(name, kind string) string {
	var mounts, volumes []string
	for _, m := range c.Files.mounts {
		if m.mount != nil && m.volume.Kind == kind && !m.used {
			mounts = append(mounts, m.volume.title()+" at "+diag.Quoted("/"+m.at))
		}
	}
	if len(mounts) > 0 {
		return "the container mounts " + strings.Join(mounts, ", ") + ": write that path, or mount it at " + diag.Quoted(name)
	}
	for _, volume := range c.pod.volumeNames() {
		if v := c.pod.volumes[volume]; v.Kind == kind && !c.hasMounted(v) {
			volumes = append(volumes, v.title()+" is not mounted in this container: "+v.mountAt(name))
		}
	}
	return strings.Join(volumes, "; ")
}

// hasMounted tells whether a container mounts a volume.
func (c *Container) hasMounted(v *Volume) bool { return len(c.readersOf(v)) > 0 }

// hasFile tells whether a directory in memory has a file of the name.
func (n *node) hasFile(name string) bool {
	file := n.entries[name]
	return file != nil && !file.isDir()
}

// title names a volume by the object that it shows.
func (v *Volume) title() string {
	switch {
	case v.ConfigMap != nil:
		return "the ConfigMap " + diag.Quoted(v.ConfigMap.Name)
	case v.Secret != nil:
		return "the Secret " + diag.Quoted(v.Secret.SecretName)
	}
	return "the volume " + diag.Quoted(v.Name)
}

// mountAt is the mount to write into the manifest.
func (v *Volume) mountAt(at string) string {
	return "add to its volumeMounts: {name: " + diag.Quoted(v.Name) + ", mountPath: " + diag.Quoted(at) + "}"
}
