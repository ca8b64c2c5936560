package sinks

import (
	"golang.org/x/sys/unix"

	"confit/render"
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
	tree    *tree
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

func compare(d Dir, t *tree, old *manifest, outs []*render.Output) (*comparison, error) {
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
	var st unix.Stat_t
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

func (c *comparison) judge(f *folder, there *file, st *unix.Stat_t) (err error) {
	o, name := there.out, base(there.out.Path)
	if there.old == nil && f.lacks(name) {
		there.kind, there.differs = Create, true
		return nil
	}
	err = f.lstat(name, st)
	if isAbsent(err) || err == nil && c.goes[o.Path] {
		c.swaps = c.swaps || err == nil
		there.kind, there.differs = Create, true
		return nil
	} else if err != nil {
		return err
	}
	if st.Mode&unix.S_IFMT != unix.S_IFREG {
		c.hit(f.at(name), o.Pos(), "is "+kind(st.Mode)+" where an output should go", "move it away")
		return nil
	}
	there.mode = st.Mode & 0o7777
	if there.differs, err = f.differs(o, st, c.buf); err != nil {
		return err
	}
	switch {
	case !there.differs && there.mode == uint32(o.Mode.Perm()):
	case there.old == nil && !o.Adopt && !c.mounted(f, name, o.Pos()):
		c.hit(f.at(name), o.Pos(), "was not written by this spec", "move it away, or set `overwrite: true` on the output")
	default:
		there.kind = Update
	}
	return nil
}

// folder opens the directory of an output; nil when it is to be made or blocked.
func (c *comparison) folder(there *file) (*folder, error) {
	o := there.out
	dir := parent(o.Path)
	if c.mkdirs[dir] {
		there.kind, there.differs = Create, true
		return nil, nil
	}
	if c.blocked[dir] {
		return nil, nil
	}
	f, err := c.tree.dir(dir)
	if err == nil || !isGone(err) {
		return f, err
	}
	deepest := c.tree.deepest()
	at := dir
	for parent(at) != deepest.path {
		at = parent(at)
	}
	if isNoDir(err) && !c.goes[at] {
		c.blocked[dir] = true
		c.blockedBy(deepest, at, o.Pos())
		return nil, nil
	}
	c.swaps = c.swaps || c.goes[at]
	for ; dir != deepest.path; dir = parent(dir) {
		c.mkdirs[dir] = true
	}
	there.kind, there.differs = Create, true
	c.mayChange(deepest, at, o.Pos(), nil)
	return nil, nil
}

func (c *comparison) blockedBy(in *folder, at string, pos render.Pos) {
	var st unix.Stat_t
	what := "something else"
	if in.lstat(base(at), &st) == nil {
		what = kind(st.Mode)
	}
	c.hit(in.at(base(at)), pos, "is "+what+" where a directory should be", "move it away")
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
