package sinks

import (
	"fmt"
	"slices"

	"confit/render/diag"
	"confit/sinks/dirfd"
)

// An undo tells how a step is taken back. The undo log has one for each step.
type undo uint8

const (
	undoNothing    undo = iota // the step changed nothing
	undoOpposite               // the opposite of the step
	undoReplace                // the old file has a second name in the stage
	undoImpossible             // the old file is gone: the file system has no hard links
)

// log notes how a step is taken back, if there was no error.
func (c *commit) log(i int, u undo, err error) error {
	if err == nil {
		c.undo[i] = u
	}
	return err
}

// rollBack takes back the steps of run.
func (c *commit) rollBack() error {
	for i := range slices.Backward(c.ops) {
		if err := c.undoStep(i); err != nil {
			return err
		}
	}
	return nil
}

// undoStep takes back step i.
func (c *commit) undoStep(i int) error {
	if c.undo[i] == undoNothing {
		return nil
	}
	o := c.ops[i]
	f, err := c.tree.Dir(parent(o.Path))
	if err != nil {
		return err
	}
	name := base(o.Path)
	switch o.Do {
	case doWrite:
		err = c.unwrite(i, f, name)
	case doRemove:
		err = moveNoReplace(c.state.stage, oldOf(i), f, name)
	case doMkdir:
		err = f.RemoveEmpty(name)
	case doChmod:
		err = f.ChmodEntry(name, o.Was)
	case doRmdir:
		err = remake(f, name, o.Mode)
	}
	return c.log(i, undoNothing, err)
}

// unwrite takes back the write of name in f.
func (c *commit) unwrite(i int, f *dirfd.Dir, name string) error {
	switch c.undo[i] {
	case undoOpposite:
		return moveNoReplace(f, name, c.state.stage, staged(i))
	case undoImpossible:
		return fmt.Errorf("%s cannot be put back", diag.Quoted(f.At(name)))
	}
	if err := f.Link(name, c.state.stage, staged(i)); err != nil {
		return err
	}
	return c.state.stage.Rename(oldOf(i), f, name)
}

// remake makes a directory again that was removed.
func remake(f *dirfd.Dir, name string, mode uint32) error {
	if there, err := f.Has(name); there || err != nil {
		return err
	}
	if err := f.Mkdir(name); err != nil {
		return err
	}
	return f.ChmodDir(name, mode)
}
