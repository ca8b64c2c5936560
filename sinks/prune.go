package sinks

import (
	"cmp"
	"os"
	"slices"

	"confit/render"
	"confit/sinks/dirfd"
)

// prune finds what the manifest has and this run has not: files first, then the
// directories of ours that they leave empty, the deepest first.
func (c *comparison) prune(unwanted []*entry) error {
	for _, e := range unwanted {
		if err := c.pruneFile(e); err != nil {
			return err
		}
	}
	for _, e := range c.kept {
		c.want(e.Path)
	}
	for _, dir := range slices.Backward(c.old.Dirs) {
		if err := c.pruneDir(dir); err != nil {
			return err
		}
	}
	slices.Reverse(c.dirs)
	return nil
}

// pruneFile decides about a file of ours that no output wants. One that is gone,
// or became something else, is no longer ours.
func (c *comparison) pruneFile(e *entry) error {
	f, err := c.tree.Dir(parent(e.Path))
	var st dirfd.Stat
	if err == nil {
		st, err = f.Lstat(base(e.Path))
	}
	switch {
	case isGone(err):
		return nil
	case err != nil:
		return err
	case !st.IsFile():
		return nil
	case c.dir.NoPrune:
		c.kept = append(c.kept, e)
		return nil
	}
	c.goes[e.Path] = true
	c.removes = append(c.removes, removal{entry: e, mode: st.Perm()})
	c.mayChange(f, e.Path, render.Pos{}, &st)
	return nil
}

func (c *comparison) pruneDir(dir string) error {
	f, err := c.tree.Dir(dir)
	if isGone(err) || err == nil && f.Mount {
		return nil
	} else if err != nil {
		return err
	}
	perm := f.Stat.Perm() &^ f.Stat.Setgid()
	want := uint32(c.dir.dirMode(handsGroupDown(c.tree)))
	if c.wanted[dir] {
		if perm != want && int(f.Stat.UID) == os.Geteuid() {
			c.chmods = append(c.chmods, op{Do: doChmod, Path: dir, Mode: want, Was: perm})
		}
	} else if empty, err := c.empties(f); err != nil {
		return err
	} else if empty && !c.dir.NoPrune {
		c.goes[dir] = true
		c.rmdirs = append(c.rmdirs, op{Do: doRmdir, Path: dir, Mode: perm & 0o777})
		in, err := c.tree.Dir(parent(dir))
		if err != nil {
			return err
		}
		c.mayChange(in, dir, render.Pos{}, nil)
		return nil
	}
	c.dirs = append(c.dirs, dir)
	return nil
}

// empties tells whether this run removes all that f holds.
func (c *comparison) empties(f *dirfd.Dir) (bool, error) {
	names, err := f.Names()
	for _, name := range names {
		if !c.goes[f.Rel(name)] {
			return false, err
		}
	}
	return err == nil, err
}

// mayChange checks before anything is staged that path, in f, can be created,
// replaced or removed. st is what lies there, nil for nothing or a directory.
func (c *comparison) mayChange(f *dirfd.Dir, path string, pos render.Pos, st *dirfd.Stat) {
	if f.Mount {
		c.hit(f.Full, pos, "is on a volume of its own, where nothing can be renamed to", "give it a sink of its own")
		return
	}
	if err := f.Writable(); err != nil {
		c.refused = cmp.Or(c.refused, err)
		return
	}
	if st == nil {
		return
	}
	if stuck(f, st) {
		c.hit(f.At(base(path)), pos, "cannot be replaced in a directory with the sticky bit", sameUser(st.UID)+", or leave out `medium: Memory`")
	}
	c.mounted(f, base(path), pos)
}

// mounted tells whether name in f is a mount of its own, and reports it if so.
func (c *comparison) mounted(f *dirfd.Dir, name string, pos render.Pos) bool {
	if !f.Mounted(name) {
		return false
	}
	c.hit(f.At(name), pos, "is mounted there and cannot be replaced", "mount the directory rather than a `subPath` of it")
	return true
}

// stuck tells whether the sticky bit keeps this user from replacing another's
// file; a Memory emptyDir has it.
func stuck(f *dirfd.Dir, st *dirfd.Stat) bool {
	uid := os.Geteuid()
	return f.Stat.Sticky() && uid != 0 && int(st.UID) != uid && int(f.Stat.UID) != uid
}
