package sinks

import (
	"errors"
	"fmt"
	"maps"
	"slices"

	"golang.org/x/sys/unix"

	"confit/render"
)

// A commit takes the steps of a journal, and can take them back. Either may stop
// anywhere: what is staged, and what was replaced, tells how far it came.
type commit struct {
	tree  *tree
	state *state
	ops   []op
	again bool            // after a crash: some steps may have been taken
	undo  []func() error  // takes back the steps taken; unused after a crash
	dirs  map[string]bool // whose entries changed
}

func newCommit(t *tree, s *state, ops []op, again bool) *commit {
	t.forget()
	return &commit{tree: t, state: s, ops: ops, again: again, dirs: map[string]bool{}}
}

// run takes all steps and makes them durable.
func (c *commit) run() error {
	for i, o := range c.ops {
		if err := c.step(i, o); err != nil {
			return err
		}
	}
	return c.sync()
}

// back takes back what run did.
func (c *commit) back() error {
	for _, undo := range slices.Backward(c.undo) {
		if err := undo(); err != nil {
			return err
		}
	}
	return nil
}

func (c *commit) step(i int, o op) error {
	f, err := c.tree.dir(parent(o.Path))
	if err != nil {
		if c.again && isGone(err) && (o.Do == doRemove || o.Do == doRmdir) {
			return nil
		}
		return err
	}
	c.dirs[f.path] = true
	switch o.Do {
	case doWrite:
		return c.write(i, o, f)
	case doRemove:
		return c.remove(i, o, f)
	case doMkdir:
		return c.mkdir(o, f)
	case doChmod:
		return c.chmod(o, f)
	}
	return c.rmdir(o, f)
}

// write puts a staged file into its place. A second name, in the stage, keeps
// the old one until the commit is over.
func (c *commit) write(i int, o op, f *folder) error {
	if c.again {
		if todo, err := c.state.stage.has(staged(i)); !todo {
			return err
		}
	}
	there, kept, err := c.keep(i, f, base(o.Path))
	switch {
	case err != nil:
		return err
	case o.New || !there:
		if err := moveNew(c.state.stage, staged(i), f, base(o.Path)); err != nil {
			return err
		}
		c.undoes(o, func(f *folder) error { return moveNew(f, base(o.Path), c.state.stage, staged(i)) })
		return nil
	}
	if err := move(c.state.stage, staged(i), f, base(o.Path)); err != nil {
		return err
	}
	c.undoes(o, func(f *folder) error {
		if !kept {
			return fmt.Errorf("%s cannot be put back", render.Quoted(f.at(base(o.Path))))
		}
		if err := link(f, base(o.Path), c.state.stage, staged(i)); err != nil {
			return err
		}
		return move(c.state.stage, replaced(i), f, base(o.Path))
	})
	return nil
}

// keep gives what lies at name a second name in the stage, where the file system
// has hard links.
func (c *commit) keep(i int, f *folder, name string) (there, kept bool, err error) {
	if c.ops[i].New {
		return false, false, nil
	}
	var st unix.Stat_t
	if err := f.lstat(name, &st); isAbsent(err) {
		return false, false, nil
	} else if err != nil {
		return false, false, err
	}
	if st.Mode&unix.S_IFMT != unix.S_IFREG {
		return false, false, inWay(f.at(name), "has become "+kind(st.Mode), "move it away")
	}
	err = link(f, name, c.state.stage, replaced(i))
	return true, err == nil || errors.Is(err, unix.EEXIST), nil
}

// remove moves a file of ours into the stage. What has become something else
// meanwhile is not ours any more.
func (c *commit) remove(i int, o op, f *folder) error {
	if c.again {
		if done, err := c.state.stage.has(replaced(i)); done || err != nil {
			return err
		}
	}
	var st unix.Stat_t
	if err := f.lstat(base(o.Path), &st); isAbsent(err) {
		return nil
	} else if err != nil {
		return err
	}
	if st.Mode&unix.S_IFMT != unix.S_IFREG {
		return nil
	}
	if err := move(f, base(o.Path), c.state.stage, replaced(i)); err != nil {
		return err
	}
	c.undoes(o, func(f *folder) error { return moveNew(c.state.stage, replaced(i), f, base(o.Path)) })
	return nil
}

// undoes notes how to take a step back, given the directory it was taken in.
func (c *commit) undoes(o op, undo func(f *folder) error) {
	if c.again {
		return
	}
	c.undo = append(c.undo, func() error {
		f, err := c.tree.dir(parent(o.Path))
		if err != nil {
			return err
		}
		return undo(f)
	})
}

// sync makes the changed directories durable. One that is gone needs none.
func (c *commit) sync() error {
	if len(c.dirs) > fewSyncs {
		return c.tree.top().syncAll()
	}
	for _, dir := range slices.Sorted(maps.Keys(c.dirs)) {
		f, err := c.tree.dir(dir)
		if isGone(err) {
			continue
		}
		if err == nil {
			err = f.sync()
		}
		if err != nil {
			return err
		}
	}
	return nil
}
