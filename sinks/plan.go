package sinks

import (
	"maps"
	"slices"
	"sort"

	"confit/render/diag"
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
	Drift     bool       `json:"drift,omitempty"`     // someone changed the file since confit wrote it
	Differs   bool       `json:"differs"`             // in content
	Secrets   bool       `json:"secretsDiffer,omitempty"`

	before, after shown
}

// A Plan is what publishing a set of outputs would change.
type Plan struct {
	Changes   []Change `json:"changes"` // sorted by path
	Unchanged int      `json:"unchanged"`
	Notices   []string `json:"-"` // for the log
	Refused   error    `json:"-"` // why Apply would change nothing

	ops           []op
	files         []file
	kept          []*entry          // entries of the next inventory beside the files
	dirs          []string          // directories of the next inventory
	shown         map[uint32]uint32 // modes as the volume shows them, by those that were set
	shownDir      string            // the mode that it shows for directories; "" for theirs
	sameInventory bool              // the next inventory equals the last one
	total         Result
}

// A Result counts what a run did to the files of a directory.
type Result struct {
	Created, Updated, Removed, Unchanged int

	Notices []string // for the log
}

// Add adds the counts and notices of another sink.
func (r *Result) Add(o Result) {
	r.Created += o.Created
	r.Updated += o.Updated
	r.Removed += o.Removed
	r.Unchanged += o.Unchanged
	r.Notices = append(r.Notices, o.Notices...)
}

// Empty tells whether nothing would change.
func (p *Plan) Empty() bool { return len(p.Changes) == 0 }

// plan turns a comparison into the steps of a commit. Removals come last, so readers of
// the directory miss no file meanwhile. Where a file becomes a directory or the reverse,
// removals come first.
func (c *comparison) plan() *Plan {
	p := &Plan{files: c.files, kept: c.kept, Notices: c.notices()}
	if text := c.dir.modesNotice(p); text != "" {
		p.Notices = []string{text}
	}
	p.count(c)
	p.Unchanged = p.total.Unchanged
	makes := c.dirOps()
	p.ops = make([]op, 0, p.total.Created+p.total.Updated+p.total.Removed+len(makes)+len(c.rmdirs))
	if c.typeChanges {
		c.addRemovals(p)
	}
	p.ops = append(p.ops, makes...)
	for i := range c.files {
		if f := &c.files[i]; f.kind != "" && !f.chmod {
			p.ops = append(p.ops, op{Do: doWrite, Path: f.out.Path, New: f.kind == Create, out: f.out})
		}
	}
	for i := range c.files {
		if f := &c.files[i]; f.chmod {
			p.ops = append(p.ops, op{Do: doChmod, Path: f.out.Path, Mode: uint32(f.out.Mode.Perm()), Was: f.mode, out: f.out})
		}
	}
	if !c.typeChanges {
		c.addRemovals(p)
	}
	p.dirs = slices.Concat(slices.Sorted(maps.Keys(c.mkdirs)), c.dirs)
	slices.Sort(p.dirs)
	p.sameInventory = p.inventoryEquals(c.old)
	return p
}

// addRemovals adds the steps that remove files and directories. They come last, so that the
// new files are there before old ones go. Where a file becomes a directory, or the reverse, they
// come first.
func (c *comparison) addRemovals(p *Plan) {
	for _, r := range c.removals {
		p.ops = append(p.ops, op{Do: doRemove, Path: r.Path})
	}
	p.ops = append(p.ops, c.rmdirs...)
}

func (p *Plan) count(c *comparison) {
	p.total = Result{Updated: len(c.chmods), Removed: len(c.removals), Notices: p.Notices}
	for i := range c.files {
		switch c.files[i].kind {
		case Create:
			p.total.Created++
		case Update:
			p.total.Updated++
		default:
			p.total.Unchanged++
		}
	}
}

// dirOps gives the steps that make directories, parents first, and set their modes.
func (c *comparison) dirOps() []op {
	var ops []op
	for _, dir := range slices.Sorted(maps.Keys(c.mkdirs)) {
		ops = append(ops, op{Do: doMkdir, Path: dir, Mode: c.dir.dirMode(handsGroupDown(c.tree))})
	}
	return append(ops, c.chmods...)
}

// changes are what a diff shows.
func (c *comparison) changes() []Change {
	var all []Change
	for _, f := range c.files {
		if f.kind == "" {
			continue
		}
		ch := Change{Path: f.out.Path, Kind: f.kind, NewMode: modeText(uint32(f.out.Mode.Perm())), Sensitive: f.out.Content.IsSensitive(), Differs: f.differs}
		switch {
		case f.kind == Update && f.hasMode(f.mode):
			ch.OldMode = ch.NewMode
		case f.kind == Update:
			ch.OldMode = modeText(f.mode)
		}
		all = append(all, ch)
	}
	for _, r := range c.removals {
		all = append(all, Change{Path: r.Path, Kind: Remove, OldMode: modeText(r.mode), Sensitive: r.Sensitive, Differs: true})
	}
	for _, o := range c.chmods {
		all = append(all, Change{Path: o.Path + "/", Kind: Update, OldMode: modeText(o.Was), NewMode: modeText(o.Mode)})
	}
	sort.Slice(all, func(i, j int) bool { return all[i].Path < all[j].Path })
	return all
}

// ours tells whether a file is in the next inventory. A file that was there before and
// has the right content by chance is not.
func (f *file) ours() bool { return f.kind != "" || f.out.Adopt || f.old != nil }

// entries yields the entries of the next inventory, sorted by path. An entry is good until
// the next one.
func (p *Plan) entries(yield func(*entry) bool) {
	kept := p.kept
	var e entry
	for i := range p.files {
		f := &p.files[i]
		for ; len(kept) > 0 && kept[0].Path < f.out.Path; kept = kept[1:] {
			if !yield(kept[0]) {
				return
			}
		}
		if !f.ours() {
			continue
		}
		e = entryOf(f.out)
		e.addHash(f.out)
		e.Shown = p.shownOf(f)
		if !yield(&e) {
			return
		}
	}
	for _, e := range kept {
		if !yield(e) {
			return
		}
	}
}

// shownOf is the mode that the volume shows in place of that of an output; "" for the same.
func (p *Plan) shownOf(f *file) string {
	want := uint32(f.out.Mode.Perm())
	shown, ok := p.shown[want]
	switch {
	case f.kind == "" && f.old != nil:
		return f.old.Shown
	case !ok || shown == want:
		return ""
	}
	return modeText(shown)
}

// inventoryEquals tells whether the next inventory equals the last one.
func (p *Plan) inventoryEquals(last *inventory) bool {
	n := len(p.kept)
	for i := range p.files {
		f := &p.files[i]
		if !f.ours() {
			continue
		}
		if f.old == nil || !f.old.sameButHash(entryOf(f.out)) {
			return false
		}
		n++
	}
	return n == len(last.Outputs) && slices.Equal(p.dirs, last.Dirs)
}

// inventoryIsEmpty tells whether the next inventory would list nothing.
func (p *Plan) inventoryIsEmpty() bool {
	return len(p.kept)+len(p.dirs) == 0 && !slices.ContainsFunc(p.files, func(f file) bool { return f.ours() })
}

// notices warns of outputs that the pod's other users cannot read.
func (c *comparison) notices() []string {
	if c.dir.NoPod || handsGroupDown(c.tree) {
		return nil
	}
	for _, f := range c.files {
		if mode := f.out.Mode.Perm(); mode&0o007 == 0 && mode&0o070 != 0 {
			return []string{diag.Quoted(c.dir.Path) + " hands no group down, so another user of the pod cannot read " +
				diag.Quoted(f.out.Path) + " (" + modeText(uint32(mode)) + "): add securityContext: {fsGroup: 65532} to the pod"}
		}
	}
	return nil
}
