package kubelet

import (
	"path"
	"strconv"
	"strings"

	"confit/render/diag"
)

// mounts makes the file tree of the container.
func (c *Container) mounts() {
	c.Files = &FileTree{image: c.pod.cluster.Image}
	c.Blocked = c.Blocked || c.Reported("volumeMounts") && !c.Has("volumeMounts")
	paths := map[string]bool{}
	for i := range c.VolumeMounts {
		m := &c.VolumeMounts[i]
		at := path.Join("/", m.Path)
		switch v := c.pod.volumes[m.Name]; {
		case m.Path == "" && m.Reported("mountPath") || v == nil && (m.Reported("name") || c.pod.template.Spec.Reported("volumes")):
			c.Blocked = true // the misspelt field is an error already
		case v == nil:
			c.pod.report(Error, problem("manifest", m.At("name"), "the pod has no volume "+diag.Quoted(m.Name), diag.DidYouMean(m.Name, c.pod.volumeNames(), "add it to volumes:")))
			c.Blocked = true
		case m.Path == "" || strings.Contains(m.Path, ":"):
			c.pod.report(Error, problem("manifest", m.At("mountPath"), "a mountPath is a path without colons, and not "+strconv.Quote(m.Path), "write an absolute path"))
		case paths[at]:
			c.pod.report(Error, problem("manifest", m.At("mountPath"), "two mounts are at "+diag.Quoted(m.Path), "give each a path of its own"))
		default:
			paths[at] = true
			c.mount(v, m, at[1:])
		}
	}
}

func (c *Container) mount(v *Volume, m *volumeMount, at string) {
	c.Blocked = c.Blocked || v.blocked
	sub, ok := c.subPath(m)
	if !ok {
		c.Blocked = true
		return
	}
	n, rest := v.root.find(path.Clean(sub))
	switch {
	case sub == "":
		n = v.root
	case n != nil && n.outer != nil:
		n = &node{outer: n.outer, at: rest}
	case n == nil && v.Kind == "emptyDir":
		n = v.makeDir(sub)
	case n == nil && !v.blocked:
		missing := problem("missing-key", m.At("subPath"), "the volume "+diag.Quoted(v.Name)+" has no file "+diag.Quoted(sub)+", and the kubelet makes an empty directory in its place", "name a key of the volume")
		missing.Cause = diag.CauseInput
		c.pod.report(Error, missing)
		c.Blocked = true
		return
	case n == nil:
		return
	}
	c.Files.add(mounted{at: at, volume: v, sub: sub, node: n, mount: m})
}

// subPath is the part of the volume that a mount shows; "" for all of it.
func (c *Container) subPath(m *volumeMount) (sub string, ok bool) {
	if m.SubPathExpr == "" {
		if m.SubPath != "" && !validPath(m.SubPath) {
			c.pod.report(Error, problem("manifest", m.At("subPath"), "subPath "+diag.Quoted(m.SubPath)+" leads out of the volume", "write a relative path without .."))
			return "", false
		}
		return m.SubPath, true
	}
	unknown := ""
	sub = expand(m.SubPathExpr, func(name string) (string, bool) {
		for _, v := range c.Vars {
			if v.Name == name && v.Value != "" {
				return v.Value, true
			}
		}
		unknown = name
		return "", false
	})
	switch {
	case m.SubPath != "":
		c.pod.report(Error, problem("manifest", m.At("subPathExpr"), "the mount has a subPath and a subPathExpr", "keep one of the two"))
	case unknown != "":
		c.pod.report(Error, problem("subpath-expr", m.At("subPathExpr"), "subPathExpr names the variable "+diag.Quoted(unknown)+", which is empty or missing: the container does not start", "set the variable in env:"))
	case sub == "" || !validPath(sub) || strings.ContainsRune(sub, 0):
		c.pod.report(Error, problem("subpath-expr", m.At("subPathExpr"), "subPathExpr gives no path in the volume: the container does not start", "it must give a relative path without .."))
	default:
		return sub, true
	}
	return "", false
}

// makeDir makes a directory of an emptyDir, as the kubelet does for a subPath.
func (v *Volume) makeDir(name string) *node {
	n := v.root
	for part := range strings.SplitSeq(path.Clean(name), "/") {
		if n.entries[part] == nil {
			n.entries[part] = newDir()
		}
		n = n.entries[part]
	}
	return n
}

func (p *Pod) volumeNames() []string {
	var names []string
	for i := range p.template.Spec.Volumes {
		names = append(names, p.template.Spec.Volumes[i].Name)
	}
	return names
}
