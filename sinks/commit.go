package sinks

import (
	"cmp"
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
	taken []deed          // by step, to take them back; unused after a crash
	dirs  map[string]bool // whose entries changed
}

// A deed is what a step did that is to be undone.
type deed uint8

const (
	nothing  deed = iota
	done          // as the step says
	replaced      // a file, which has a second name in the stage
	lost          // a file, which has none
)

func newCommit(t *tree, s *state, ops []op, again bool) *commit {
	t.forget()
	return &commit{tree: t, state: s, ops: ops, again: again, taken: make([]deed, len(ops)), dirs: map[string]bool{}}
}

// run takes all steps and makes them durable.
func (c *commit) run() error {
	for from, to := 0, 0; from < len(c.ops); from = to {
		for to < len(c.ops) && c.ops[to].Do == c.ops[from].Do {
			to++
		}
		take := c.steps
		if c.ops[from].Do == doWrite && to-from > fewSyncs && !c.again {
			take = c.halves
		}
		if err := take(from, to); err != nil {
			return err
		}
	}
	return c.sync()
}

// steps takes some steps, one after the other.
func (c *commit) steps(from, to int) error {
	for i := from; i < to; i++ {
		err := c.step(i, c.ops[i])
		if c.again && isGone(err) {
			continue // removed since the crash; what this run wants of it, it makes anew
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// halves takes steps that do not need each other on two cores. More would not help: a file
// system does one rename at a time, and only the way to it is shared. A half that fails
// does not end the other; taken has what they did.
func (c *commit) halves(from, to int) error {
	var errs [2]error
	var dirs [2]map[string]bool
	mid := (from + to) / 2
	render.Parallel(len(errs), func(n int) {
		errs[n] = render.Safely(func() error {
			t, err := c.tree.twin()
			if err != nil {
				return err
			}
			defer t.close()
			half := *c
			half.tree, half.dirs = t, map[string]bool{}
			dirs[n] = half.dirs
			return half.steps([]int{from, mid}[n], []int{mid, to}[n])
		})
	})
	maps.Copy(c.dirs, dirs[0])
	maps.Copy(c.dirs, dirs[1])
	return cmp.Or(errs[0], errs[1])
}

// back takes back what run did.
func (c *commit) back() error {
	for i := range slices.Backward(c.ops) {
		if err := c.stepBack(i); err != nil {
			return err
		}
	}
	return nil
}

func (c *commit) stepBack(i int) error {
	if c.taken[i] == nothing {
		return nil
	}
	o := c.ops[i]
	f, err := c.tree.dir(parent(o.Path))
	if err != nil {
		return err
	}
	name := base(o.Path)
	switch o.Do {
	case doWrite:
		err = c.unwrite(i, f, name)
	case doRemove:
		err = moveNew(c.state.stage, oldOf(i), f, name)
	case doMkdir:
		err = f.removeEmpty(name)
	case doChmod:
		err = f.chmod(name, o.Was)
	case doRmdir:
		err = f.remake(name, o.Mode)
	}
	if err == nil {
		c.taken[i] = nothing
	}
	return err
}

func (c *commit) unwrite(i int, f *folder, name string) error {
	switch c.taken[i] {
	case done:
		return moveNew(f, name, c.state.stage, staged(i))
	case lost:
		return fmt.Errorf("%s cannot be put back", render.Quoted(f.at(name)))
	}
	if err := link(f, name, c.state.stage, staged(i)); err != nil {
		return err
	}
	return move(c.state.stage, oldOf(i), f, name)
}

func (c *commit) step(i int, o op) error {
	f, err := c.tree.dir(parent(o.Path))
	if err != nil {
		return err
	}
	c.dirs[f.path] = true
	switch o.Do {
	case doWrite:
		return c.write(i, o, f)
	case doRemove:
		return c.remove(i, o, f)
	case doMkdir:
		return c.mkdir(i, o, f)
	case doChmod:
		return c.chmod(i, o, f)
	}
	return c.rmdir(i, o, f)
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
		return c.did(i, done, moveNew(c.state.stage, staged(i), f, base(o.Path)))
	case kept:
		return c.did(i, replaced, move(c.state.stage, staged(i), f, base(o.Path)))
	}
	return c.did(i, lost, move(c.state.stage, staged(i), f, base(o.Path)))
}

// did notes what a step did, if there was no error.
func (c *commit) did(i int, what deed, err error) error {
	if err == nil {
		c.taken[i] = what
	}
	return err
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
	err = link(f, name, c.state.stage, oldOf(i))
	return true, err == nil || errors.Is(err, unix.EEXIST), nil
}

// remove moves a file of ours into the stage. What has become something else
// meanwhile is not ours any more; put there in the last instant, it is put back.
func (c *commit) remove(i int, o op, f *folder) error {
	if c.again {
		if done, err := c.state.stage.has(oldOf(i)); done || err != nil {
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
	inode := st.Ino
	if err := move(f, base(o.Path), c.state.stage, oldOf(i)); err != nil {
		return err
	}
	if err := c.state.stage.lstat(oldOf(i), &st); err == nil && st.Ino != inode {
		return moveNew(c.state.stage, oldOf(i), f, base(o.Path))
	}
	return c.did(i, done, nil)
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
