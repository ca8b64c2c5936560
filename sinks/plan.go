package sinks

import (
	"maps"
	"slices"
	"strings"

	"confit/render"
)

// A ChangeKind says what happens to a file.
type ChangeKind string

// The kinds of change.
const (
	Create ChangeKind = "create"
	Update ChangeKind = "update"
	Remove ChangeKind = "remove"
)

// A Change is one difference between the outputs and the directory.
type Change struct {
	Path      string     `json:"path"` // a directory's ends in a slash
	Kind      ChangeKind `json:"change"`
	OldMode   string     `json:"oldMode,omitempty"` // like "0644"
	NewMode   string     `json:"newMode,omitempty"`
	Sensitive bool       `json:"sensitive,omitempty"` // shown masked, before or after
	Drift     bool       `json:"drift,omitempty"`     // changed by someone since we wrote it

	differs       bool // in content
	before, after shown
}

// A Plan is what publishing a set of outputs would change.
type Plan struct {
	Changes   []Change `json:"changes"` // sorted by path
	Unchanged int      `json:"unchanged"`
	Notices   []string `json:"-"` // for the log

	ops   []op
	next  *manifest
	fresh bool // next says nothing but what the manifest in force says
	files []file
}

// A Result counts what a run did to the files of a directory.
type Result struct {
	Created, Updated, Removed, Unchanged int

	Notices []string // for the log
}

// Add counts another sink's result in.
func (r *Result) Add(o Result) {
	r.Created += o.Created
	r.Updated += o.Updated
	r.Removed += o.Removed
	r.Unchanged += o.Unchanged
	r.Notices = append(r.Notices, o.Notices...)
}

// Empty tells whether nothing would change.
func (p *Plan) Empty() bool { return len(p.Changes) == 0 }

func (p *Plan) outputs() map[string]*render.Output {
	outs := make(map[string]*render.Output, len(p.files))
	for _, f := range p.files {
		outs[f.out.Path] = f.out
	}
	return outs
}

func (p *Plan) result() Result {
	r := Result{Unchanged: p.Unchanged, Notices: p.Notices}
	for _, c := range p.Changes {
		switch c.Kind {
		case Create:
			r.Created++
		case Update:
			r.Updated++
		case Remove:
			r.Removed++
		}
	}
	return r
}

// plan turns a comparison into the steps of a commit. Removing comes last, so
// that whoever reads the directory meanwhile misses nothing, except where a file
// makes room for a directory or the reverse.
func (c *comparison) plan() *Plan {
	var writes, removes []op
	p := &Plan{files: c.files}
	for _, f := range c.files {
		if f.kind == "" {
			p.Unchanged++
			continue
		}
		writes = append(writes, op{Do: doWrite, Path: f.out.Path, New: f.kind == Create, out: f.out})
	}
	for _, r := range c.removes {
		removes = append(removes, op{Do: doRemove, Path: r.Path})
	}
	if c.swaps {
		p.ops = slices.Concat(removes, c.rmdirs, c.makes(), writes)
	} else {
		p.ops = slices.Concat(c.makes(), writes, removes, c.rmdirs)
	}
	p.Changes = c.changes()
	p.Notices = c.notices()
	p.next = c.next()
	p.fresh = p.next.says(c.old)
	return p
}

// makes is the steps for directories, parents first.
func (c *comparison) makes() []op {
	var ops []op
	for _, dir := range slices.Sorted(maps.Keys(c.mkdirs)) {
		ops = append(ops, op{Do: doMkdir, Path: dir, Mode: c.dir.dirMode(c.tree.setgid())})
	}
	return append(ops, c.chmods...)
}

func (c *comparison) changes() []Change {
	var all []Change
	for _, f := range c.files {
		if f.kind == "" {
			continue
		}
		ch := Change{Path: f.out.Path, Kind: f.kind, NewMode: modeText(uint32(f.out.Mode.Perm())), Sensitive: f.out.Content.IsSensitive(), differs: f.differs}
		if f.kind == Update {
			ch.OldMode = modeText(f.mode)
		}
		all = append(all, ch)
	}
	for _, r := range c.removes {
		all = append(all, Change{Path: r.Path, Kind: Remove, OldMode: modeText(r.mode), Sensitive: r.Sensitive, differs: true})
	}
	for _, o := range c.chmods {
		all = append(all, Change{Path: o.Path + "/", Kind: Update, OldMode: modeText(o.Was), NewMode: modeText(o.Mode)})
	}
	slices.SortFunc(all, func(a, b Change) int { return strings.Compare(a.Path, b.Path) })
	return all
}

// next is the manifest after this run. A file that was there before us, and has
// the right content by chance, does not become ours.
func (c *comparison) next() *manifest {
	m := &manifest{Version: stateVersion, Outputs: slices.Clone(c.kept)}
	for _, f := range c.files {
		if f.kind != "" || f.out.Adopt || c.old.byPath[f.out.Path] != nil {
			m.Outputs = append(m.Outputs, newEntry(f.out))
		}
	}
	slices.SortFunc(m.Outputs, func(a, b *entry) int { return strings.Compare(a.Path, b.Path) })
	m.Dirs = slices.Sorted(maps.Keys(c.mkdirs))
	m.Dirs = append(m.Dirs, c.dirs...)
	slices.Sort(m.Dirs)
	return m
}

// sum adds the hashes to the manifest that is about to be written.
func (p *Plan) sum() {
	outs := p.outputs()
	for _, e := range p.next.Outputs {
		if o := outs[e.Path]; o != nil {
			e.sum(o)
		}
	}
}

// notices says what is done but will not help.
func (c *comparison) notices() []string {
	if c.tree.setgid() {
		return nil
	}
	for _, f := range c.files {
		if mode := f.out.Mode.Perm(); mode&0o007 == 0 && mode&0o070 != 0 {
			return []string{render.Quoted(c.dir.Path) + " hands no group down, so another user of the pod cannot read " +
				render.Quoted(f.out.Path) + " (" + modeText(uint32(mode)) + "): add securityContext: {fsGroup: 65532} to the pod"}
		}
	}
	return nil
}
