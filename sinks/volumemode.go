package sinks

import (
	"fmt"
	"maps"
	"slices"

	"confit/render/diag"
)

// A volume can show another mode than the one that was set, without an error: SMB and blob
// storage have one mode for all files, from the options of the mount. The inventory notes
// that mode, or each run would find every file changed.

// hasMode tells whether a file with an entry of the inventory has the mode of its output: the
// mode itself, or the one that the volume shows for it.
func (f *file) hasMode(perm uint32) bool {
	want := uint32(f.out.Mode.Perm())
	return perm == want || f.old != nil && f.old.Shown == modeText(perm) && f.old.Mode == modeText(want)
}

// showsMode tells whether a mode is the one that confit set, or the one that the volume shows for
// it.
func (e *entry) showsMode(mode string) bool { return mode == e.Mode || mode == e.Shown }

// checkModes compares the modes of staged files with those that were set. Where the volume
// keeps none, an output that holds a secret is an error if others could read it.
func (d Dir) checkModes(s *state, p *Plan) error {
	for i, o := range p.ops {
		if o.Do != doWrite && o.Do != doChmod || o.out == nil {
			continue
		}
		want := uint32(o.out.Mode.Perm())
		if _, known := p.shown[want]; !known {
			name := staged(i)
			if o.Do == doChmod { // nothing is staged for it
				if err := s.stage.WriteFile(name, nil, want, false); err != nil {
					return err
				}
			}
			st, err := s.stage.Lstat(name)
			if err != nil {
				return err
			}
			p.setShown(want, st.Perm())
		}
		if shown := p.shown[want]; shown != want && o.out.Content.IsSensitive() && shown&^want != 0 {
			return d.exposedSecret(o.out.Path, want, shown)
		}
	}
	if perm := s.stage.Stat.Perm() &^ s.stage.Stat.Setgid(); perm != 0o700 {
		p.shownDir = modeText(perm)
	}
	if text := d.modesNotice(p); text != "" {
		p.total.Notices = []string{text}
	}
	return nil
}

// setShown notes the mode that the volume shows for the mode that was set.
func (p *Plan) setShown(want, shown uint32) {
	if p.shown == nil {
		p.shown = map[uint32]uint32{}
	}
	p.shown[want] = shown
}

// exposedSecret is the problem of an output with a secret on a volume that would show it to more users than the
// mode of its output does.
func (d Dir) exposedSecret(path string, want, shown uint32) *diag.Problem {
	return inWay(d.Path, fmt.Sprintf("is on a volume that keeps no modes: %s holds a secret and would be %s, and not %s", diag.Quoted(path), modeText(shown), modeText(want)),
		fmt.Sprintf("mount the volume with file_mode=%s (mountOptions of SMB, Azure Files and blobfuse), write secrets to an emptyDir, or accept it with `mode: \"%s\"` on the output", modeText(want), modeText(shown)))
}

// modesNotice tells of a volume that keeps no modes; "" for one that does.
func (d Dir) modesNotice(p *Plan) string {
	for _, want := range slices.Sorted(maps.Keys(p.shown)) {
		if shown := p.shown[want]; shown != want {
			return modesText(d.Path, modeText(shown), modeText(want))
		}
	}
	i := slices.IndexFunc(p.files, func(f file) bool { return f.old != nil && f.old.Shown != "" })
	if i < 0 {
		return ""
	}
	return modesText(d.Path, p.files[i].old.Shown, p.files[i].old.Mode)
}

func modesText(dir, shown, want string) string {
	return diag.Quoted(dir) + " is on a volume that keeps no modes: its files are " + shown + " where " + want + " was set (see the options of the mount)"
}
