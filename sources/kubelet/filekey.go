package kubelet

import (
	"maps"
	"slices"

	"confit/render/diag"
	"confit/render/format"
)

// checkFileKeys holds each variable that comes from a file of a volume against the file that
// confit writes there: the kubelet starts no container of which such a key is missing.
func (p *Pod) checkFileKeys() {
	for _, c := range p.Containers {
		for i := range c.container.Env {
			v := &c.container.Env[i]
			if v.From != nil && v.From.File != nil {
				p.checkFileKey(v.Name, v.From.File)
			}
		}
	}
}

func (p *Pod) checkFileKey(name string, ref *fileKeyRef) {
	variable := "the variable " + diag.Quoted(name) + " comes from the file " + diag.Quoted(ref.Path)
	v := p.volumes[ref.Volume]
	switch {
	case v == nil:
		p.report(Error, problem("file-key", ref.At("volumeName"), variable+" of the volume "+diag.Quoted(ref.Volume)+", which the pod does not have", diag.DidYouMean(ref.Volume, p.volumeNames(), "add it to volumes:")))
		return
	case v.Kind != "emptyDir":
		p.report(Error, problem("file-key", ref.At("volumeName"), variable+" of the volume "+diag.Quoted(ref.Volume)+", which is no emptyDir", "fileKeyRef reads files of an emptyDir"))
		return
	case !validPath(ref.Path):
		p.report(Error, problem("file-key", ref.At("path"), diag.Quoted(ref.Path)+" is no path in a volume", "write a relative path without .."))
		return
	}
	n, _ := v.root.find(ref.Path)
	if n == nil || n.isDir() {
		if p.writesInto(v) {
			p.report(Error, problem("file-key", ref.At("path"), variable+", which no confit container writes", "name the file in to: of an entry, or correct path:"))
		}
		return
	}
	vars, err := format.ParseKubernetesEnv(n.data)
	value, known := vars[ref.Key]
	switch {
	case known && (value != "" || ref.Optional) || n.standIn:
	case known:
		p.report(Error, problem("file-key", ref.At("key"), variable+", where its key is empty: the container does not start", "give the key a value, or set optional: true"))
	case err != nil:
		p.report(Error, problem("file-key", ref.At("path"), variable+", which the kubelet cannot read: "+err.Error(), "write it with format: kubernetes-env"))
	case !ref.Optional:
		names := slices.Sorted(maps.Keys(vars))
		p.report(Error, problem("file-key", ref.At("key"), variable+", which has no key "+diag.Quoted(ref.Key)+": the container does not start", diag.DidYouMean(ref.Key, names, "its keys are "+diag.QuotedList(names))))
	}
}

// writesInto tells whether a confit container writes into a volume.
func (p *Pod) writesInto(v *Volume) bool {
	return slices.ContainsFunc(p.sinks, func(s *sinkUse) bool { return s.mount != nil && s.mount.volume == v })
}

// fileKeys lists the references to keys in files.
func (p *Pod) fileKeys() []*fileKeyRef {
	var all []*fileKeyRef
	for _, c := range p.Containers {
		for i := range c.container.Env {
			if from := c.container.Env[i].From; from != nil && from.File != nil {
				all = append(all, from.File)
			}
		}
	}
	return all
}

// ReadsFiles tells whether a variable comes from a file that a container may write.
func (p *Pod) ReadsFiles() bool { return len(p.fileKeys()) > 0 }

// readsKeysOf tells whether a variable comes from a file of a volume.
func (p *Pod) readsKeysOf(v *Volume) bool {
	return slices.ContainsFunc(p.fileKeys(), func(f *fileKeyRef) bool { return f.Volume == v.Name })
}
