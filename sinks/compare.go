package sinks

import (
	"confit/render"
	"confit/sinks/dirfd"
)

// A file is an output beside what lies in its place.
type file struct {
	out     *render.Output
	old     *entry     // of the manifest; nil for none
	kind    ChangeKind // "" when nothing is to be done
	mode    uint32     // of what lies there
	differs bool       // in content
	agrees  bool       // with what lies there, as agree has found
}

// A removal is a file of ours that goes.
type removal struct {
	*entry
	mode uint32
}

// A comparison holds a set of outputs against a directory. It changes nothing,
// and finds everything that is in the way before it says so.
type comparison struct {
	dir     Dir
	tree    *dirfd.Tree
	old     *manifest
	wanted  map[string]bool // directories
	goes    map[string]bool // files and directories that this run removes
	mkdirs  map[string]bool // directories to make
	blocked map[string]bool // directories that something is in the way of
	told    map[string]bool // what is in the way and was reported
	swaps   bool            // a file becomes a directory or the reverse

	files   []file // one for each output, sorted by path
	removes []removal
	kept    []*entry // of the manifest, neither wanted nor pruned
	rmdirs  []op
	chmods  []op
	dirs    []string // directories of ours that stay
	hits    []*render.Problem
	refused error // the first directory in which nothing may be changed
	buf     []byte
}

func compare(d Dir, t *dirfd.Tree, old *manifest, outs []*render.Output) (*comparison, error) {
	c := &comparison{
		dir: d, tree: t, old: old,
		wanted: map[string]bool{}, goes: map[string]bool{}, mkdirs: map[string]bool{},
		blocked: map[string]bool{}, told: map[string]bool{},
		files: make([]file, len(outs)), buf: make([]byte, 64<<10),
	}
	for i, o := range outs {
		c.files[i].out = o
		c.want(o.Path)
	}
	unwanted := c.match()
	if err := c.prune(unwanted); err != nil {
		return nil, err
	}
	c.agree()
	for i := range c.files {
		if c.files[i].agrees {
			continue
		}
		if err := c.look(&c.files[i]); err != nil {
			return nil, err
		}
	}
	if len(unwanted) == len(old.Outputs) {
		c.strangers()
	}
	return c, nil
}

// want marks the directories above an output, or above an entry that stays.
func (c *comparison) want(p string) {
	for p = parent(p); p != "." && !c.wanted[p]; p = parent(p) {
		c.wanted[p] = true
	}
}

// match gives each output its entry of the manifest, and returns the other entries.
func (c *comparison) match() (unwanted []*entry) {
	rest := c.old.Outputs
	for i := range c.files {
		f := &c.files[i]
		for len(rest) > 0 && rest[0].Path < f.out.Path {
			unwanted, rest = append(unwanted, rest[0]), rest[1:]
		}
		if len(rest) > 0 && rest[0].Path == f.out.Path {
			f.old, rest = rest[0], rest[1:]
		}
	}
	return append(unwanted, rest...)
}

// strangers refuses to remove the files of a manifest that has nothing in common
// with this run: two specs of one name, most likely. A run without any output
// has switched them off.
func (c *comparison) strangers() {
	if len(c.files) == 0 || len(c.removes) == 0 {
		return
	}
	p := inWay(c.dir.Path, "holds the files of a spec named "+render.Quoted(c.dir.Name)+" that has no output in common with this one",
		"give each spec a `name:`; if it is the same spec, remove the old files or set `prune: false` once")
	p.Notes = []string{"one of them is " + render.Quoted(c.removes[0].Path)}
	c.hits = append(c.hits, p)
}

// look compares one output with what lies in its place.
func (c *comparison) look(f *file) error {
	o := f.out
	in, err := c.folder(f)
	if in == nil || err != nil {
		return err
	}
	var st dirfd.Stat
	if err := c.judge(in, f, &st); err != nil {
		return err
	}
	switch f.kind {
	case Create:
		c.mayChange(in, o.Path, o.Pos(), nil)
	case Update:
		c.mayChange(in, o.Path, o.Pos(), &st)
	}
	return nil
}

func (c *comparison) judge(f *dirfd.Dir, there *file, st *dirfd.Stat) (err error) {
	o, name := there.out, base(there.out.Path)
	if there.old == nil && f.Lacks(name) {
		there.kind, there.differs = Create, true
		return nil
	}
	*st, err = f.Lstat(name)
	if dirfd.Absent(err) || err == nil && c.goes[o.Path] {
		c.swaps = c.swaps || err == nil
		there.kind, there.differs = Create, true
		return nil
	} else if err != nil {
		return err
	}
	if !st.IsFile() {
		c.hit(f.At(name), o.Pos(), "is "+st.Kind()+" where an output should go", "move it away")
		return nil
	}
	there.mode = st.Perm()
	if there.differs, err = differs(f, o, *st, c.buf); err != nil {
		return err
	}
	switch {
	case !there.differs && there.mode == uint32(o.Mode.Perm()):
	case there.old == nil && !o.Adopt && !c.mounted(f, name, o.Pos()):
		c.hit(f.At(name), o.Pos(), "was not written by this spec", "move it away, or set `overwrite: true` on the output")
	default:
		there.kind = Update
	}
	return nil
}

// folder opens the directory of an output; nil when it is to be made or blocked.
func (c *comparison) folder(there *file) (*dirfd.Dir, error) {
	o := there.out
	dir := parent(o.Path)
	if c.mkdirs[dir] {
		there.kind, there.differs = Create, true
		return nil, nil
	}
	if c.blocked[dir] {
		return nil, nil
	}
	f, err := c.tree.Dir(dir)
	if err == nil || !isGone(err) {
		return f, err
	}
	deepest := c.tree.Deepest()
	at := dir
	for parent(at) != deepest.Path {
		at = parent(at)
	}
	if dirfd.NotDir(err) && !c.goes[at] {
		c.blocked[dir] = true
		c.blockedBy(deepest, at, o.Pos())
		return nil, nil
	}
	c.swaps = c.swaps || c.goes[at]
	for ; dir != deepest.Path; dir = parent(dir) {
		c.mkdirs[dir] = true
	}
	there.kind, there.differs = Create, true
	c.mayChange(deepest, at, o.Pos(), nil)
	return nil, nil
}

func (c *comparison) blockedBy(in *dirfd.Dir, at string, pos render.Pos) {
	what := "something else"
	if st, err := in.Lstat(base(at)); err == nil {
		what = st.Kind()
	}
	c.hit(in.At(base(at)), pos, "is "+what+" where a directory should be", "move it away")
}

// hit reports something in the way, once.
func (c *comparison) hit(path string, pos render.Pos, what, hint string) {
	if c.told[path] {
		return
	}
	c.told[path] = true
	p := inWay(path, what, hint)
	p.Pos = pos
	c.hits = append(c.hits, p)
}
