package sinks

import (
	"errors"
	"io/fs"

	"confit/sinks/dirfd"
)

// step takes step i.
func (c *commit) step(i int, o op) error {
	f, err := c.tree.Dir(parent(o.Path))
	if err != nil {
		return err
	}
	c.dirs[f.Path] = true
	name := base(o.Path)
	switch o.Do {
	case doWrite:
		return c.write(i, f, name)
	case doRemove:
		return c.remove(i, f, name)
	case doMkdir:
		return c.mkdir(i, f, name)
	case doChmod:
		c.undo[i] = undoOpposite
		return f.ChmodEntry(name, o.Mode)
	}
	return c.rmdir(i, f, name)
}

// write puts a staged file into its place. A second name, in the stage, keeps
// the old one until the commit is over.
func (c *commit) write(i int, f *dirfd.Dir, name string) error {
	if c.replay {
		if todo, err := c.state.stage.Has(staged(i)); !todo {
			return err
		}
	}
	there, kept, err := c.backUp(i, f, name)
	switch {
	case err != nil:
		return err
	case !there:
		return c.log(i, undoOpposite, moveNoReplace(c.state.stage, staged(i), f, name))
	case kept:
		return c.log(i, undoReplace, c.state.stage.Rename(staged(i), f, name))
	}
	return c.log(i, undoImpossible, c.state.stage.Rename(staged(i), f, name))
}

// backUp gives the file at name, if there is to be one, a second name in the stage. It
// tells whether the file is there, and whether the file system has hard links.
func (c *commit) backUp(i int, f *dirfd.Dir, name string) (there, kept bool, err error) {
	if c.ops[i].New {
		return false, false, nil
	}
	st, err := f.Lstat(name)
	if dirfd.Absent(err) {
		return false, false, nil
	} else if err != nil {
		return false, false, err
	}
	if !st.IsFile() {
		return false, false, inWay(f.At(name), "has become "+st.Kind(), "move it away")
	}
	err = f.Link(name, c.state.stage, oldOf(i))
	return true, err == nil || errors.Is(err, fs.ErrExist), nil
}

// remove moves a file of ours into the stage. A file that became something else is not
// ours any more. One that came in the last instant is put back.
func (c *commit) remove(i int, f *dirfd.Dir, name string) error {
	if c.replay {
		if f.Same(name, c.state.stage, oldOf(i)) { // a roll back was killed while the file had both names
			return f.Remove(name)
		}
		if done, err := c.state.stage.Has(oldOf(i)); done || err != nil {
			return err
		}
	}
	st, err := f.Lstat(name)
	if dirfd.Absent(err) || err == nil && !st.IsFile() {
		return nil
	} else if err != nil {
		return err
	}
	if err := f.Rename(name, c.state.stage, oldOf(i)); err != nil {
		return err
	}
	if moved, err := c.state.stage.Lstat(oldOf(i)); err == nil && moved.Ino != st.Ino {
		return moveNoReplace(c.state.stage, oldOf(i), f, name)
	}
	return c.log(i, undoOpposite, nil)
}

func (c *commit) mkdir(i int, f *dirfd.Dir, name string) error {
	err := f.Mkdir(name)
	if errors.Is(err, fs.ErrExist) && !c.replay {
		return nil // someone was faster; the next steps look at what it holds
	}
	if err != nil && !errors.Is(err, fs.ErrExist) {
		return err
	}
	c.undo[i] = undoOpposite
	c.dirs[f.Rel(name)] = true
	return f.ChmodDir(name, c.ops[i].Mode)
}

func (c *commit) rmdir(i int, f *dirfd.Dir, name string) error {
	if there, err := f.Has(name); !there {
		return err
	}
	return c.log(i, undoOpposite, f.RemoveEmpty(name))
}

// moveNoReplace renames a file to a name that nothing has.
func moveNoReplace(from *dirfd.Dir, name string, to *dirfd.Dir, newName string) error {
	err := from.RenameNoReplace(name, to, newName)
	if errors.Is(err, fs.ErrExist) {
		return inWay(to.At(newName), "was put there while this run was at work", "move it away")
	}
	return err
}
