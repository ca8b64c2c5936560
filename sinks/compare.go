package sinks

import (
	"os"

	"confit/render/content"
	"confit/render/diag"
	"confit/sinks/dirfd"
)

// A file is an output with the state of its path on disk.
type file struct {
	out       *content.Output
	old       *entry        // its entry of the inventory; nil for none
	kind      ChangeKind    // "" for no change
	mode      uint32        // of the file that is there
	differs   bool          // in content
	chmod     bool          // the mode alone is to change, and this user may change it
	unchanged bool          // found by findUnchanged
	verified  *verifiedFile // by MissingBlobs; nil for none
}

// A removal is a file of the inventory that this run removes.
type removal struct {
	*entry
	mode uint32
}

// A fileID is what all names of a file have in common.
type fileID struct{ dev, ino uint64 }

// A comparison compares a set of outputs with a directory. It changes nothing, and
// collects all conflicts before it reports them.
type comparison struct {
	dir         Dir
	tree        *dirfd.Tree
	old         *inventory
	needed      map[string]bool // directories above outputs
	removed     map[string]bool // files and directories that this run removes
	mkdirs      map[string]bool // directories to make
	blocked     map[string]bool // directories in whose place something else is
	reported    map[string]bool // paths with a conflict that was reported
	typeChanges bool            // a file becomes a directory or the reverse

	removedFiles map[fileID]string // the paths of the files in removed

	files     []file // one for each output, sorted by path
	removals  []removal
	kept      []*entry // entries of the inventory that are neither outputs nor pruned
	rmdirs    []op
	chmods    []op
	dirs      []string // directories of the inventory that stay
	conflicts []*diag.Problem
	refused   error // of the first directory that this user may not change
	buf       []byte
}

// compare finds what publishing the outputs would change. old is the inventory of the
// earlier run; outs are sorted by path.
func compare(d Dir, t *dirfd.Tree, old *inventory, outs []*content.Output) (*comparison, error) {
	c := &comparison{
		dir: d, tree: t, old: old,
		needed: map[string]bool{}, removed: map[string]bool{}, mkdirs: map[string]bool{},
		blocked: map[string]bool{}, reported: map[string]bool{}, removedFiles: map[fileID]string{},
		files: make([]file, len(outs)), buf: make([]byte, 64<<10),
	}
	for i, o := range outs {
		c.files[i].out = o
		if i < len(d.verified) {
			c.files[i].verified = &d.verified[i]
		}
		c.needDirs(o.Path)
	}
	unwanted := c.matchInventory()
	if err := c.prune(unwanted); err != nil {
		return nil, err
	}
	c.findUnchanged()
	for i := range c.files {
		if c.files[i].unchanged {
			continue
		}
		if err := c.compareOne(&c.files[i]); err != nil {
			return nil, err
		}
	}
	if len(unwanted) == len(old.Outputs) {
		c.checkSameSpec()
	}
	return c, nil
}

// needDirs marks the directories above an output, or above an entry that stays.
func (c *comparison) needDirs(p string) {
	for p = parent(p); p != "." && !c.needed[p]; p = parent(p) {
		c.needed[p] = true
	}
}

// matchInventory gives each output its entry of the inventory, and returns the other entries.
func (c *comparison) matchInventory() (unwanted []*entry) {
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

// checkSameSpec refuses to remove the files of an inventory that shares no output with this
// run: most likely two specs have one name. A run without outputs removes all.
func (c *comparison) checkSameSpec() {
	if len(c.files) == 0 || len(c.removals) == 0 {
		return
	}
	p := inWay(c.dir.Path, "holds the files of a spec named "+diag.Quoted(c.dir.name())+" that has no output in common with this one",
		"give each spec a `name:`; if it is the same spec, remove the old files or set `prune: false` once")
	p.Notes = []string{"one of them is " + diag.Quoted(c.removals[0].Path)}
	c.conflicts = append(c.conflicts, p)
}

// compareOne compares one output with its path on disk.
func (c *comparison) compareOne(f *file) error {
	o := f.out
	in, err := c.dirOf(f)
	if in == nil || err != nil {
		return err
	}
	var st dirfd.Stat
	if err := c.classify(in, f, &st); err != nil {
		return err
	}
	switch f.kind {
	case Create:
		c.checkChange(in, o.Path, o.Pos(), nil)
	case Update:
		c.checkChange(in, o.Path, o.Pos(), &st)
	}
	return nil
}

// classify sets the kind of change of an output in f, and st to the file that is there.
func (c *comparison) classify(f *dirfd.Dir, there *file, st *dirfd.Stat) (err error) {
	o, name := there.out, base(there.out.Path)
	if there.old == nil && f.Lacks(name) {
		there.kind, there.differs = Create, true
		return nil
	}
	*st, err = f.Lstat(name)
	if dirfd.Absent(err) || err == nil && c.removed[o.Path] {
		c.typeChanges = c.typeChanges || err == nil
		there.kind, there.differs = Create, true
		return nil
	} else if err != nil {
		return err
	}
	if !st.IsFile() {
		c.conflict(f.At(name), o.Pos(), "is "+st.Kind()+" where an output should go", "move it away")
		return nil
	}
	there.mode = st.Perm()
	if c.isRemoved(f, there, *st) {
		return nil
	}
	if there.differs, err = differs(f, o, *st, c.buf); err != nil {
		return err
	}
	switch {
	case !there.differs && there.hasMode(there.mode):
	case there.old == nil && !o.Adopt && !c.checkMount(f, name, o.Pos()):
		c.conflict(f.At(name), o.Pos(), "was not written by this spec", "move it away, or set `overwrite: true` on the output")
	default:
		there.kind = Update
		there.chmod = !there.differs && mayChmod(*st)
	}
	return nil
}

// isRemoved tells whether the file of an output is one that this run removes by another
// name, and reports it if so. A file system that is blind to case has both names for it.
func (c *comparison) isRemoved(f *dirfd.Dir, there *file, st dirfd.Stat) bool {
	path := c.removedFiles[fileID{st.Dev, st.Ino}]
	if path == "" || there.old != nil {
		return false
	}
	c.conflict(f.At(base(there.out.Path)), there.out.Pos(), "is the file "+diag.Quoted(path)+" of an earlier run, by another name",
		"remove "+diag.Quoted(path)+": a file system that is blind to case cannot tell the two names apart")
	return true
}

// mayChmod tells whether this user may set the mode of a file.
func mayChmod(st dirfd.Stat) bool {
	uid := os.Geteuid()
	return uid == 0 || int(st.UID) == uid
}

// dirOf opens the directory of an output. It is nil where this run makes it, and where
// something else is in its place.
func (c *comparison) dirOf(there *file) (*dirfd.Dir, error) {
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
	if dirfd.NotDir(err) && !c.removed[at] {
		c.blocked[dir] = true
		c.blockedBy(deepest, at, o.Pos())
		return nil, nil
	}
	c.typeChanges = c.typeChanges || c.removed[at]
	for ; dir != deepest.Path; dir = parent(dir) {
		c.mkdirs[dir] = true
	}
	there.kind, there.differs = Create, true
	c.checkChange(deepest, at, o.Pos(), nil)
	return nil, nil
}

// blockedBy reports what is in the place of a directory.
func (c *comparison) blockedBy(in *dirfd.Dir, at string, pos diag.Pos) {
	what := "something else"
	if st, err := in.Lstat(base(at)); err == nil {
		what = st.Kind()
	}
	c.conflict(in.At(base(at)), pos, "is "+what+" where a directory should be", "move it away")
}

// conflict notes the problem of a path, once.
func (c *comparison) conflict(path string, pos diag.Pos, what, hint string) {
	if c.reported[path] {
		return
	}
	c.reported[path] = true
	p := inWay(path, what, hint)
	p.Pos = pos
	c.conflicts = append(c.conflicts, p)
}
