package kubelet

import (
	"path"
	"slices"
	"strings"

	"confit/render/diag"
)

// A reader is a mount of the volume of a sink in an application container.
type reader struct {
	container *Container
	mount     *volumeMount
	sub       string // the path in the volume that it shows; "" for all of it
}

// readers are the application containers that mount the volume of a sink.
func (p *Pod) readers(s *sinkUse) []reader {
	var all []reader
	for _, c := range p.applications() {
		all = append(all, c.readersOf(s.mount.volume)...)
	}
	return all
}

// applications are the containers that run beside or after confit, and write nothing with it.
func (p *Pod) applications() []*Container {
	var all []*Container
	for _, c := range p.Containers {
		if !p.isWriter(c) && (!c.Init || c.RestartPolicy == "Always") {
			all = append(all, c)
		}
	}
	return all
}

// readersOf are the mounts of a volume in a container.
func (c *Container) readersOf(v *Volume) []reader {
	var all []reader
	for i := range c.VolumeMounts {
		if m := &c.VolumeMounts[i]; m.Name == v.Name {
			all = append(all, reader{c, m, c.subOf(m)})
		}
	}
	return all
}

// subOf is the path in the volume that a mount shows; "" for all of it, and for a mount that is
// wrong.
func (c *Container) subOf(m *volumeMount) string {
	i := slices.IndexFunc(c.Files.mounts, func(made mounted) bool { return made.mount == m })
	if i < 0 || c.Files.mounts[i].sub == "" {
		return ""
	}
	return path.Clean(c.Files.mounts[i].sub)
}

// shows tells whether a mount of a path in a volume shows a file there.
func shows(sub, file string) bool {
	return sub == "" || sub == "." || file == sub || strings.HasPrefix(file, sub+"/")
}

// inVolume is the path of a file in the volume of its sink.
func (s *sinkUse) inVolume(f Written) string {
	return path.Join(s.at, strings.TrimPrefix(path.Clean(f.Path), path.Clean(s.sink)))
}

// shown are the files of a sink that a mount shows.
func (s *sinkUse) shown(sub string) []Written {
	var files []Written
	for _, f := range s.files {
		if shows(sub, s.inVolume(f)) {
			files = append(files, f)
		}
	}
	return files
}

// checkReaders finds files that no application sees, may change or cannot read.
func (p *Pod) checkReaders(s *sinkUse, sink string) {
	apps := p.readers(s)
	if len(apps) == 0 && !p.readsKeysOf(s.mount.volume) {
		p.checkUnmounted(s, sink)
		return
	}
	before := p.errors()
	for _, app := range apps {
		if len(s.shown(app.sub)) == 0 {
			p.checkSubPath(s.mount.volume, app)
			continue
		}
		if !app.mount.ReadOnly {
			p.once("writable "+app.container.Name+" "+app.mount.Name, Warning, problem("sink-writable", app.mount.Pos, "the container "+diag.Quoted(app.container.Name)+" can write to the files that confit makes", "set readOnly: true on this mount"))
		}
		p.checkAccess(s, app)
	}
	if len(apps) > 0 && p.errors() == before {
		p.checkUnseen(s, apps)
	}
}

// checkUnmounted tells that no application mounts the volume of a sink. Where a mount is wrong
// in another way, that has been told.
func (p *Pod) checkUnmounted(s *sinkUse, sink string) {
	apps := p.applications()
	if slices.ContainsFunc(apps, (*Container).hasWrongMounts) {
		return
	}
	volume := diag.Quoted(s.mount.volume.Name)
	text, hint, at := "the pod has no application container that mounts", "mount it in the application with readOnly: true", s.mount.mount.Pos
	if len(apps) > 0 {
		app := apps[max(0, slices.IndexFunc(apps, func(c *Container) bool { return !c.Init }))]
		text, at = noneOf(apps), app.at("volumeMounts")
		hint = "add to the container " + diag.Quoted(app.Name) + ": volumeMounts: [{name: " + volume + ", mountPath: …, readOnly: true}]"
	}
	p.report(Error, problem("sink-unread", at, text+" the volume "+volume+", which "+sink+" is in", hint))
}

// noneOf says that none of the containers mounts something.
func noneOf(apps []*Container) string {
	var names []string
	for _, c := range apps {
		names = append(names, c.Name)
	}
	switch last := len(names) - 1; last {
	case 0:
		return "the container " + diag.Quoted(names[0]) + " does not mount"
	case 1:
		return "neither " + diag.Quoted(names[0]) + " nor " + diag.Quoted(names[1]) + " mounts"
	default:
		return "none of the containers " + diag.QuotedList(names) + " mounts"
	}
}

// hasWrongMounts tells whether a mount of a container is misspelt, or names no volume.
func (c *Container) hasWrongMounts() bool {
	return c.Reported("volumeMounts") || slices.ContainsFunc(c.VolumeMounts, func(m volumeMount) bool { return c.pod.volumes[m.Name] == nil })
}

// checkSubPath finds a mount of a file that confit does not write. An application may have a
// directory of its own in the volume, so only a read-only mount or a name like that of an
// output is wrong.
func (p *Pod) checkSubPath(v *Volume, app reader) {
	names, written := p.writtenInto(v)
	near := diag.Nearest(app.sub, names)
	isSlip := app.mount.ReadOnly || len(near) > 0 && path.Ext(app.sub) != ""
	if v.Kind != "emptyDir" || !isSlip || slices.ContainsFunc(written, func(name string) bool { return shows(app.sub, name) }) || p.othersMayWrite(v, app) {
		return
	}
	field := "subPath"
	if app.mount.SubPathExpr != "" {
		field = "subPathExpr"
	}
	p.once("subpath "+app.container.Name+" "+app.mount.Path, Error, problem("subpath-missing", app.mount.At(field),
		"confit writes nothing at "+diag.Quoted(app.sub)+" of the volume "+diag.Quoted(v.Name)+", and the kubelet makes an empty directory in its place",
		diag.DidYouMean(app.sub, names, "confit writes "+diag.QuotedList(written)+" there")))
}

// writtenInto lists the files that confit writes into a volume, and the names that a mount of
// them can have: those of the files and of their directories.
func (p *Pod) writtenInto(v *Volume) (names, written []string) {
	for _, s := range p.sinks {
		if s.mount == nil || s.mount.volume != v {
			continue
		}
		for _, f := range s.files {
			name := s.inVolume(f)
			written = append(written, name)
			for ; name != "."; name = path.Dir(name) {
				names = append(names, name)
			}
		}
	}
	slices.Sort(names)
	slices.Sort(written)
	return slices.Compact(names), slices.Compact(written)
}

// othersMayWrite tells whether something else than confit may write what a mount shows.
func (p *Pod) othersMayWrite(v *Volume, app reader) bool {
	return slices.ContainsFunc(p.Containers, func(c *Container) bool {
		return !p.isWriter(c) && slices.ContainsFunc(c.readersOf(v), func(r reader) bool {
			return r.mount != app.mount && !r.mount.ReadOnly && (shows(r.sub, app.sub) || shows(app.sub, r.sub))
		})
	})
}

// checkUnseen finds files that no container sees, because the mounts of the volume show others.
func (p *Pod) checkUnseen(s *sinkUse, apps []reader) {
	var unseen, mounts []string
	for _, f := range s.files {
		if !p.isSeen(s.mount.volume, s.inVolume(f)) {
			unseen = append(unseen, f.Path)
		}
	}
	for _, app := range apps {
		mounts = append(mounts, diag.Quoted(app.container.Name)+" mounts only "+diag.Quoted(app.sub))
	}
	if len(unseen) > 0 {
		p.once("unseen "+s.mount.volume.Name+" "+s.at, Warning, problem("output-unseen", apps[0].mount.Pos,
			"no container sees "+diag.QuotedList(unseen)+": "+strings.Join(slices.Compact(mounts), ", "),
			"mount it with a subPath of its own, mount the whole volume, or leave out the output"))
	}
}

// isSeen tells whether a container that does not write a file of a volume sees it, or has a
// variable from it.
func (p *Pod) isSeen(v *Volume, file string) bool {
	if slices.ContainsFunc(p.fileKeys(), func(r *fileKeyRef) bool { return r.Volume == v.Name && path.Clean(r.Path) == file }) {
		return true
	}
	return slices.ContainsFunc(p.Containers, func(c *Container) bool {
		return !p.writes(c, v, file) && slices.ContainsFunc(c.readersOf(v), func(r reader) bool { return shows(r.sub, file) })
	})
}

// writes tells whether a container writes a file of a volume with confit.
func (p *Pod) writes(c *Container, v *Volume, file string) bool {
	return slices.ContainsFunc(p.sinks, func(s *sinkUse) bool {
		return s.container == c && s.mount != nil && s.mount.volume == v && slices.ContainsFunc(s.files, func(f Written) bool { return s.inVolume(f) == file })
	})
}
