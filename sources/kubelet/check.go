package kubelet

import (
	"fmt"
	"path"
	"slices"
	"strings"

	"confit/render/diag"
)

// A sinkUse is a directory that a confit container writes to.
type sinkUse struct {
	container *Container
	mount     *mounted // nil for a directory in no volume
	sink      string
	at        string // the directory in the volume
	files     []Written
	bytes     int64
}

// Wrote notes the files that a confit container writes, for Check. They are empty until
// Write gives them their bytes.
func (p *Pod) Wrote(c *Container, files []Written) {
	for _, f := range files {
		p.problems(c.Write(f.Path, f.Mode, nil, false))
		i := slices.IndexFunc(p.sinks, func(s *sinkUse) bool { return s.container == c && s.sink == f.Sink })
		if i < 0 {
			m, at := c.Files.mountOf(strings.TrimPrefix(path.Clean(f.Sink), "/"))
			if m != nil {
				m.used, at = true, path.Join(m.sub, at)
			}
			i = len(p.sinks)
			p.sinks = append(p.sinks, &sinkUse{container: c, mount: m, sink: f.Sink, at: at})
		}
		p.sinks[i].files = append(p.sinks[i].files, f)
		p.sinks[i].bytes += f.Size
	}
}

// Check finds what is wrong with the pod around its confit containers.
func (p *Pod) Check() {
	for _, c := range p.Containers {
		if c.Files == nil {
			c.Prepare()
		}
	}
	p.checkFileKeys()
	lost := map[*Container]bool{}
	for _, s := range p.sinks {
		before := p.errors()
		p.checkSink(s)
		lost[s.container] = lost[s.container] || p.errors() > before
	}
	for _, c := range p.Containers {
		c.checkNested()
		c.checkRestart()
		c.checkSignal()
		if p.isWriter(c) && !lost[c] {
			c.checkUsed()
		}
	}
}

// isWriter tells whether a container writes files with confit.
func (p *Pod) isWriter(c *Container) bool {
	return slices.ContainsFunc(p.sinks, func(s *sinkUse) bool { return s.container == c })
}

// checkSink finds files that are lost, or that nobody can read.
func (p *Pod) checkSink(s *sinkUse) {
	sink := "the sink " + diag.Quoted(s.sink) + " of the container " + diag.Quoted(s.container.Name)
	if s.mount == nil {
		p.report(Error, problem("sink-lost", s.container.at("volumeMounts"), sink+" is in no volume: its files are lost when the container ends", "mount an emptyDir there, in this container and in the application"))
		return
	}
	v := s.mount.volume
	switch {
	case s.mount.mount.ReadOnly && s.container.Exit == 0:
		p.report(Error, problem("sink-read-only", s.mount.mount.At("readOnly"), sink+" is mounted readOnly", "leave out readOnly in this container; the application mounts the volume readOnly"))
		return
	case v.isReadOnly():
		p.report(Error, problem("sink-read-only", s.mount.mount.Pos, sink+" is in a volume of kind "+v.Kind+", which nobody can write to", "mount an emptyDir there"))
		return
	}
	p.checkSize(s)
	p.checkName(s)
	p.checkReaders(s, sink)
}

// isReadOnly tells whether the kubelet mounts every volume of the kind read-only.
func (v *Volume) isReadOnly() bool {
	return slices.Contains([]string{"configMap", "secret", "projected", "downwardAPI"}, v.Kind)
}

// checkAccess finds files that the user of an application cannot read.
func (p *Pod) checkAccess(s *sinkUse, app reader) {
	if p.template.Spec.Security.FSGroup != nil {
		return
	}
	writer, group := p.userAndGroup(s.container)
	user, userGroup := p.userAndGroup(app.container)
	if user == 0 || user >= 0 && user == writer || userGroup >= 0 && userGroup == group {
		return
	}
	files := s.shown(app.sub)
	i := slices.IndexFunc(files, func(f Written) bool { return f.Mode&0o004 == 0 })
	if i < 0 {
		return
	}
	f := files[i]
	who := fmt.Sprintf("as user %d", user)
	if user < 0 {
		who = "as the user of its image"
	}
	p.once("access "+app.container.Name, Warning, problem("unreadable", app.mount.Pos,
		fmt.Sprintf("the container %s may not read %s: it runs %s, and the file has the mode %04o and the owner %d", diag.Quoted(app.container.Name), diag.Quoted(f.Path), who, f.Mode, writer),
		"set securityContext: {fsGroup: 65532} on the pod"))
}

// userAndGroup are the user and the group that a container runs as; -1 where its image decides.
func (p *Pod) userAndGroup(c *Container) (user, group int64) {
	const confitUser = 65532 // of the confit image
	user, group = -1, -1
	if p.isWriter(c) {
		user, group = confitUser, confitUser
	}
	for _, s := range []*security{&p.template.Spec.Security, &c.container.Security} {
		if s.RunAsUser != nil {
			user, group = *s.RunAsUser, 0
		}
		if s.RunAsGroup != nil {
			group = *s.RunAsGroup
		}
	}
	return user, group
}

// checkSize finds files of a sink that exceed the limits of their volume.
func (p *Pod) checkSize(s *sinkUse) {
	v := s.mount.volume
	if v.EmptyDir == nil {
		return
	}
	if size := v.EmptyDir.Size; size.Rat != nil {
		if most, _ := size.Float64(); float64(s.bytes) > most {
			p.report(Error, problem("sink-size", v.EmptyDir.At("sizeLimit"), fmt.Sprintf("the container %s writes %d bytes into the volume %s, which may hold %.0f", diag.Quoted(s.container.Name), s.bytes, diag.Quoted(v.Name), most), "raise sizeLimit"))
		}
	}
	if limit := s.container.Memory(); v.EmptyDir.Medium == "Memory" && limit > 0 && s.bytes > limit {
		p.report(Error, problem("sink-size", v.EmptyDir.At("medium"), fmt.Sprintf("the container %s writes %d bytes into memory, and its limit is %d", diag.Quoted(s.container.Name), s.bytes, limit), "raise the memory limit of the container, or leave out medium: Memory"))
	}
}

// checkName finds a spec that has the name of another one, whose files an earlier container
// has written into the same directory. In the pod confit refuses to remove those.
func (p *Pod) checkName(s *sinkUse) {
	mine := map[string]bool{}
	for _, f := range s.files {
		mine[strings.TrimPrefix(f.Path, s.sink)] = true
	}
	for _, before := range p.sinks {
		if before == s {
			return // those after it look back at it
		}
		shared := before.mount != nil && before.mount.volume == s.mount.volume && before.at == s.at && before.container != s.container
		if !shared || before.files[0].Spec != s.files[0].Spec || s.files[0].Keeps {
			continue
		}
		if !slices.ContainsFunc(before.files, func(f Written) bool { return mine[strings.TrimPrefix(f.Path, before.sink)] }) {
			p.report(Error, problem("sink-name", s.mount.mount.Pos, "the containers "+diag.Quoted(before.container.Name)+" and "+diag.Quoted(s.container.Name)+" write different files into one directory, and their specs have the same name: the second one fails", "give each spec a `name:`"))
			return
		}
	}
}

// checkNested finds mounts inside of other mounts that the kubelet cannot make.
func (c *Container) checkNested() {
	for i := range c.Files.mounts {
		m := &c.Files.mounts[i]
		for j := i + 1; j < len(c.Files.mounts); j++ { // the longest path comes first
			outer := &c.Files.mounts[j]
			rest, inside := strings.CutPrefix(m.at, outer.at+"/")
			if !inside {
				continue
			}
			if outer.mount != nil && (outer.volume.isReadOnly() || outer.mount.ReadOnly && outer.volume.Kind == "emptyDir") {
				c.checkMountPoint(m, outer, rest)
			}
			break
		}
	}
}

// checkMountPoint finds a mount that the kubelet cannot make because it is in a read-only one.
func (c *Container) checkMountPoint(m, outer *mounted, rest string) {
	n, _ := outer.node.find(rest)
	where := "the mount at " + diag.Quoted("/"+m.at) + " is inside of the read-only mount at " + diag.Quoted("/"+outer.at)
	switch {
	case n == nil:
		c.pod.report(Error, problem("nested-mount", m.mount.At("mountPath"), where+", which has nothing there: the container does not start", "mount it elsewhere, or let confit write a file into that directory"))
	case n.isDir() != m.node.isDir():
		c.pod.report(Error, problem("nested-mount", m.mount.At("mountPath"), where+", where one of the two is a directory and the other is a file", "mount it elsewhere"))
	}
}

// checkUsed finds the mounts of a confit container that its spec does not use.
func (c *Container) checkUsed() {
	for _, m := range c.Files.mounts {
		if !m.used && m.mount != nil && !c.commandNames("/"+m.at) {
			c.pod.report(Warning, problem("unused-mount", m.mount.At("mountPath"), "the spec uses nothing at "+diag.Quoted("/"+m.at), "name the path in the spec, or leave out the mount"))
		}
	}
}

// commandNames tells whether an argument of the container has a path in it.
func (c *Container) commandNames(at string) bool {
	return slices.ContainsFunc(c.Command, func(word string) bool { return strings.Contains(word, at) })
}

// at is the place of a field of the container, or of its name.
func (c *Container) at(field string) diag.Pos {
	if c.container.Has(field) {
		return c.container.At(field)
	}
	return c.container.At("name")
}
