package sinks

import (
	"context"
	"errors"
	"sync/atomic"

	"confit/render/content"
	"confit/render/content/reveal"
	"confit/render/diag"
	"confit/sinks/dirfd"
)

// Up to fewSyncs files are synced one by one, by writers goroutines that share the disk's
// work. More files are synced by one syncfs (docs/decisions/001-sync.md).
const (
	writers  = 8
	fewSyncs = 64
)

// publish carries out a plan.
func (d Dir) publish(ctx context.Context, t *dirfd.Tree, s *state, p *Plan) (Result, error) {
	if len(p.ops) == 0 && p.sameInventory {
		d.updateSourceCache(s)
		if s.hasLeftovers() {
			_ = s.cleanUp() // fails on a read-only mount
		}
		return p.total, nil
	}
	c := newCommit(t, s, p.ops, false)
	if err := d.prepare(ctx, s, p); err != nil {
		return Result{}, d.abandon(s, err)
	}
	if err := c.run(); err != nil {
		return Result{}, d.rollBack(c, err)
	}
	if err := s.finish(p.inventoryIsEmpty()); err != nil {
		return Result{}, d.unfinished(err)
	}
	r := p.total
	if err := s.cleanUp(); err != nil {
		r.Notices = append(r.Notices, ioProblem(err, "; the next run tries again").Error())
	}
	return r, nil
}

// prepare stages everything. The rename of the journal, at the end, is the commit point.
func (d Dir) prepare(ctx context.Context, s *state, p *Plan) error {
	if err := s.create(); err != nil {
		return err
	}
	if err := d.stage(ctx, s, p.ops); err != nil {
		return err
	}
	if err := d.checkModes(s, p); err != nil {
		return err
	}
	if !p.inventoryIsEmpty() {
		if err := s.write(inventoryNext, p.writeInventory); err != nil {
			return err
		}
	}
	if err := d.stageSourceCache(s); err != nil {
		return err
	}
	if d.Receipts {
		if err := s.writeReceipt(Untold); err != nil {
			return err
		}
	}
	if err := s.write(journalNext, p.writeJournal); err != nil {
		return err
	}
	if ctx.Err() != nil {
		return d.stopped(ctx)
	}
	return s.activate(journalNext, journalFile)
}

// stage writes the new files durably. Each has the number of its step as its name.
func (d Dir) stage(ctx context.Context, s *state, ops []op) error {
	few := len(ops) <= fewSyncs || !dirfd.SyncsAll
	if err := d.stageAll(ctx, s, ops, few); err != nil {
		return err
	}
	if few {
		return s.stage.Sync()
	}
	return s.stage.SyncAll()
}

// stageAll first copies, as the files of the spool are still there, and then moves those.
func (d Dir) stageAll(ctx context.Context, s *state, ops []op, durable bool) error {
	takes := d.moves(ops)
	if err := d.eachOp(ops, func(i int, o *content.Output) error {
		if takes != nil && takes[i] {
			return nil
		}
		return d.stageOne(ctx, s, i, o, durable)
	}); err != nil || takes == nil {
		return err
	}
	return d.eachOp(ops, func(i int, o *content.Output) error {
		if !takes[i] {
			return nil
		}
		b, _ := d.spoolBlob(o)
		return s.moveFromSpool(b, staged(i), uint32(o.Mode.Perm()), durable)
	})
}

// moves tells which steps stage a spool's file itself: of the steps with that content the
// last one, as the others copy it before. nil means none.
func (d Dir) moves(ops []op) []bool {
	var last map[content.BlobID]int32
	var takes []bool
	for i := range ops {
		b, ok := d.spoolBlob(ops[i].written())
		if !ok {
			continue
		}
		if takes == nil {
			last, takes = map[content.BlobID]int32{}, make([]bool, len(ops))
		}
		if before, ok := last[b.id]; ok {
			takes[before] = false
		}
		last[b.id], takes[i] = int32(i), true
	}
	return takes
}

// spoolBlob gives the content of an output that is in the spool of the directory.
func (d Dir) spoolBlob(o *content.Output) (spoolBlob, bool) {
	if o == nil {
		return spoolBlob{}, false
	}
	return d.findInSpool(reveal.Blob(o.Content))
}

// eachOp calls do for each step that writes, in several goroutines. It returns the first
// error.
func (d Dir) eachOp(ops []op, do func(i int, o *content.Output) error) error {
	var next atomic.Int64
	errs := make([]error, min(writers, len(ops)))
	diag.Parallel(len(errs), func(w int) {
		for errs[w] == nil {
			i := int(next.Add(1)) - 1
			if i >= len(ops) {
				return
			}
			o := ops[i].written()
			if o == nil {
				continue
			}
			if errs[w] = diag.CatchPanic(func() error { return do(i, o) }); errs[w] != nil {
				next.Store(int64(len(ops)))
			}
		}
	})
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}

func (d Dir) stageOne(ctx context.Context, s *state, i int, o *content.Output, durable bool) error {
	if ctx.Err() != nil {
		return d.stopped(ctx)
	}
	data, err := reveal.Bytes(o.Content)
	if err != nil {
		return err
	}
	return s.stage.WriteFile(staged(i), data, uint32(o.Mode.Perm()), durable)
}

// finish activates the new inventory and source cache, and removes the journal.
func (s *state) finish(empty bool) error {
	for _, file := range []string{inventoryFile, cacheFile} {
		var err error
		switch {
		case !empty && s.files[file+nextSuffix]:
			err = s.activate(file+nextSuffix, file)
		case empty || file == cacheFile && s.files[file]:
			err = s.remove(file)
		}
		if err != nil {
			return err
		}
	}
	if err := s.remove(journalFile); err != nil {
		return err
	}
	return s.dir.Sync()
}

// abandon ends a run that failed before its commit. The journal can be in its place all
// the same, if its directory could not be synced. If it cannot be removed, the next run
// commits.
func (d Dir) abandon(s *state, err error) error {
	if s.dir != nil && s.files[journalFile] {
		if e := s.remove(journalFile); e != nil {
			return d.unfinished(errors.Join(err, e))
		}
	}
	_ = s.cleanUp() // what stays is no output
	return d.nothingChanged(err)
}

// rollBack ends a run that failed in its commit: it takes the steps back, unless one of them
// is half taken.
func (d Dir) rollBack(c *commit, err error) error {
	if errors.Is(err, dirfd.ErrTwoNames) {
		return d.unfinished(err)
	}
	if e := c.rollBack(); e != nil {
		return d.unfinished(err)
	}
	if e := c.state.remove(journalFile); e != nil {
		return d.unfinished(err)
	}
	_ = c.state.cleanUp()
	return d.nothingChanged(err)
}

// unfinished says of an error that the commit is half done.
func (d Dir) unfinished(err error) error {
	err = ioProblem(err, "")
	var p *diag.Problem
	errors.As(err, &p)
	half := *p
	half.Code = CodeUnfinished
	half.Text += "; " + diag.Quoted(d.Path) + " is only partly up to date, and the next run finishes it"
	return &half
}

// resume finishes the commit of an interrupted run, and tells whether there was one.
func (d Dir) resume(t *dirfd.Tree, s *state) (bool, error) {
	j, err := s.journal()
	if j == nil || err != nil {
		return false, ioProblem(err, "")
	}
	err = newCommit(t, s, j.Ops, true).run()
	if err == nil {
		err = s.finish(j.Empty)
	}
	if err == nil {
		err = s.cleanUp()
	}
	if err == nil {
		t.Forget()
		err = s.reopen()
	}
	if err != nil {
		return true, d.unfinished(err)
	}
	return true, nil
}
