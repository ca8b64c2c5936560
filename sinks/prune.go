package sinks

import (
	"cmp"
	"os"
	"slices"

	"confit/render/diag"
	"confit/sinks/dirfd"
)

// prune decides about the entries of the inventory that are no outputs: first the files,
// then the directories that confit made and that become empty, the deepest first.
func (c *comparison) prune(unwanted []*entry) error {
	for _, e := range unwanted {
		if err := c.pruneFile(e); err != nil {
			return err
		}
	}
	for _, e := range c.kept {
		c.needDirs(e.Path)
	}
	for _, dir := range slices.Backward(c.old.Dirs) {
		if err := c.pruneDir(dir); err != nil {
			return err
		}
	}
	slices.Reverse(c.dirs)
	return nil
}

// pruneFile decides about a file of the inventory that is no output. A path that is gone
// or became something else than a file is left alone.
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
	c.removed[e.Path] = true
	c.removals = append(c.removals, removal{entry: e, mode: st.Perm()})
	c.removedFiles[fileID{st.Dev, st.Ino}] = e.Path
	c.checkChange(f, e.Path, diag.Pos{}, &st)
	return nil
}

// pruneDir decides about a directory of the inventory: to remove it, to repair its mode,
// or to keep it.
func (c *comparison) pruneDir(dir string) error {
	f, err := c.tree.Dir(dir)
	if isGone(err) || err == nil && f.Mount {
		return nil
	} else if err != nil {
		return err
	}
	perm := f.Stat.Perm() &^ f.Stat.Setgid()
	want := uint32(c.dir.dirMode(handsGroupDown(c.tree)))
	if c.needed[dir] {
		if perm != want && int(f.Stat.UID) == os.Geteuid() && c.old.ShownDir != modeText(perm) {
			c.chmods = append(c.chmods, op{Do: doChmod, Path: dir, Mode: want, Was: perm})
		}
	} else if empty, err := c.emptied(f); err != nil {
		return err
	} else if empty && !c.dir.NoPrune {
		c.removed[dir] = true
		c.rmdirs = append(c.rmdirs, op{Do: doRmdir, Path: dir, Mode: perm & 0o777})
		in, err := c.tree.Dir(parent(dir))
		if err != nil {
			return err
		}
		c.checkChange(in, dir, diag.Pos{}, nil)
		return nil
	}
	c.dirs = append(c.dirs, dir)
	return nil
}

// emptied tells whether this run removes every name in f.
func (c *comparison) emptied(f *dirfd.Dir) (bool, error) {
	names, err := f.Names()
	for _, name := range names {
		if !c.removed[f.Rel(name)] {
			return false, err
		}
	}
	return err == nil, err
}

// checkChange checks that path, in f, can be created, replaced or removed, before
// anything is staged. st is of the file that is there; nil for no file.
func (c *comparison) checkChange(f *dirfd.Dir, path string, pos diag.Pos, st *dirfd.Stat) {
	if f.Mount {
		c.conflict(f.Full, pos, "is on a volume of its own, where nothing can be renamed to", "give it a sink of its own")
		return
	}
	if err := f.Writable(); err != nil {
		c.refused = cmp.Or(c.refused, err)
		return
	}
	if st == nil {
		return
	}
	if keptBySticky(f, st) {
		c.conflict(f.At(base(path)), pos, "cannot be replaced in a directory with the sticky bit", sameUser(st.UID)+", or leave out `medium: Memory`")
	}
	c.checkMount(f, base(path), pos)
}

// checkMount tells whether name in f is a mount of its own, and reports it if so.
func (c *comparison) checkMount(f *dirfd.Dir, name string, pos diag.Pos) bool {
	if !f.Mounted(name) {
		return false
	}
	c.conflict(f.At(name), pos, "is mounted there and cannot be replaced", "mount the directory rather than a `subPath` of it")
	return true
}

// keptBySticky tells whether the sticky bit protects another user's file from this one.
// An emptyDir with medium: Memory has that bit.
func keptBySticky(f *dirfd.Dir, st *dirfd.Stat) bool {
	uid := os.Geteuid()
	return f.Stat.Sticky() && uid != 0 && int(st.UID) != uid && int(f.Stat.UID) != uid
}
