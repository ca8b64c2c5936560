package sinks

import (
	"cmp"
	"maps"
	"slices"

	"confit/render/diag"
	"confit/sinks/dirfd"
)

// A commit takes the steps of a journal, and can take them back. Either may stop
// anywhere: the files in the stage tell how far it came.
type commit struct {
	tree   *dirfd.Tree
	state  *state
	ops    []op
	replay bool            // after a crash: some steps may have been taken
	undo   []undo          // by step; unused in a replay
	dirs   map[string]bool // whose entries changed
}

func newCommit(t *dirfd.Tree, s *state, ops []op, replay bool) *commit {
	t.Forget()
	return &commit{tree: t, state: s, ops: ops, replay: replay, undo: make([]undo, len(ops)), dirs: map[string]bool{}}
}

// run takes all steps and makes them durable.
func (c *commit) run() error {
	for from, to := 0, 0; from < len(c.ops); from = to {
		for to < len(c.ops) && c.ops[to].Do == c.ops[from].Do {
			to++
		}
		take := c.steps
		if c.ops[from].Do == doWrite && to-from > fewSyncs && !c.replay {
			take = c.stepsOnTwoCores
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
		if c.replay && isGone(err) {
			continue // removed since the crash; this run makes anew what it wants of it
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// stepsOnTwoCores takes steps that do not need each other. More cores would not help: a
// file system does one rename at a time, and only the way to it is shared. A half that
// fails does not end the other; the undo log has the steps of both.
func (c *commit) stepsOnTwoCores(from, to int) error {
	var errs [2]error
	var dirs [2]map[string]bool
	mid := (from + to) / 2
	diag.Parallel(len(errs), func(n int) {
		errs[n] = diag.CatchPanic(func() error {
			t, err := c.tree.Clone()
			if err != nil {
				return err
			}
			defer t.Close()
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

// sync makes the changed directories durable. One that is gone needs none.
func (c *commit) sync() error {
	if len(c.dirs) > fewSyncs && dirfd.SyncsAll {
		return c.tree.Top().SyncAll()
	}
	for _, dir := range slices.Sorted(maps.Keys(c.dirs)) {
		f, err := c.tree.Dir(dir)
		if isGone(err) {
			continue
		}
		if err == nil {
			err = f.Sync()
		}
		if err != nil {
			return err
		}
	}
	return nil
}
