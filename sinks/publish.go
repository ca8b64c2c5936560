package sinks

import (
	"context"
	"errors"
	"sync/atomic"

	"confit/render"
	"confit/sinks/dirfd"
)

// How files are synced (docs/decisions/001-sync.md): up to fewSyncs each by itself,
// where several at once share the disk's work, and more of them by one syncfs.
const (
	writers  = 8
	fewSyncs = 64
)

// publish carries a plan out.
func (d Dir) publish(ctx context.Context, t *dirfd.Tree, s *state, p *Plan) (Result, error) {
	if len(p.ops) == 0 && p.fresh {
		d.remember(s)
		if s.stale() {
			_ = s.tidy() // on a read-only mount it has to stay
		}
		return p.total, nil
	}
	c := newCommit(t, s, p.ops, false)
	if err := d.prepare(ctx, s, p); err != nil {
		return Result{}, d.abandon(s, err)
	}
	if err := c.run(); err != nil {
		return Result{}, d.takeBack(c, err)
	}
	if err := s.finish(p.empty()); err != nil {
		return Result{}, d.halfDone(err)
	}
	r := p.total
	if err := s.tidy(); err != nil {
		r.Notices = append(r.Notices, ioProblem(err, "; the next run tries again").Error())
	}
	return r, nil
}

// prepare stages everything. Its last act, the journal's rename, is the commit
// point.
func (d Dir) prepare(ctx context.Context, s *state, p *Plan) error {
	if err := s.make(); err != nil {
		return err
	}
	if err := d.stage(ctx, s, p.ops); err != nil {
		return err
	}
	if !p.empty() {
		if err := s.write(manifestNext, p.writeManifest); err != nil {
			return err
		}
	}
	if err := d.stageMemo(s); err != nil {
		return err
	}
	if err := s.write(journalNext, p.writeJournal); err != nil {
		return err
	}
	if ctx.Err() != nil {
		return d.stopped(ctx)
	}
	return s.enforce(journalNext, journalFile)
}

// stage writes the new files under the numbers of their steps, durably.
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

// stageAll stages first what is copied, as the files of the spool are still in it then.
func (d Dir) stageAll(ctx context.Context, s *state, ops []op, durable bool) error {
	takes := d.takers(ops)
	if err := d.eachOp(ops, func(i int, o *render.Output) error {
		if takes != nil && takes[i] {
			return nil
		}
		return d.stageOne(ctx, s, i, o, durable)
	}); err != nil || takes == nil {
		return err
	}
	return d.eachOp(ops, func(i int, o *render.Output) error {
		if !takes[i] {
			return nil
		}
		b, _ := d.spooled(o)
		return s.take(b, staged(i), uint32(o.Mode.Perm()), durable)
	})
}

// takers tells which steps stage the very file of the spool: of those that want it the
// last, after the others have copied it. nil means none.
func (d Dir) takers(ops []op) []bool {
	var last map[render.BlobID]int32
	var takes []bool
	for i := range ops {
		b, ok := d.spooled(ops[i].out)
		if !ok {
			continue
		}
		if takes == nil {
			last, takes = map[render.BlobID]int32{}, make([]bool, len(ops))
		}
		if before, ok := last[b.id]; ok {
			takes[before] = false
		}
		last[b.id], takes[i] = int32(i), true
	}
	return takes
}

// spooled gives the content of an output that lies in the spool of the directory.
func (d Dir) spooled(o *render.Output) (spooled, bool) {
	if o == nil {
		return spooled{}, false
	}
	return d.inSpool(o.Content.Blob())
}

// eachOp calls do with the steps that write, several at once.
func (d Dir) eachOp(ops []op, do func(i int, o *render.Output) error) error {
	var next atomic.Int64
	errs := make([]error, min(writers, len(ops)))
	render.Parallel(len(errs), func(w int) {
		for errs[w] == nil {
			i := int(next.Add(1)) - 1
			if i >= len(ops) {
				return
			}
			if ops[i].out == nil {
				continue
			}
			if errs[w] = render.Safely(func() error { return do(i, ops[i].out) }); errs[w] != nil {
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

func (d Dir) stageOne(ctx context.Context, s *state, i int, o *render.Output, durable bool) error {
	if ctx.Err() != nil {
		return d.stopped(ctx)
	}
	data, err := o.Content.Reveal()
	if err != nil {
		return err
	}
	return s.stage.WriteFile(staged(i), data, uint32(o.Mode.Perm()), durable)
}

// finish puts the new manifest into force and ends the commit.
func (s *state) finish(empty bool) error {
	for _, file := range []string{manifestFile, memoFile} {
		var err error
		switch {
		case !empty && s.files[file+nextSuffix]:
			err = s.enforce(file+nextSuffix, file)
		case empty || file == memoFile && s.files[file]:
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

// abandon ends a run that failed before its commit. If the journal is in its
// place all the same and will not go, the next run commits.
func (d Dir) abandon(s *state, err error) error {
	if s.dir != nil && s.files[journalFile] {
		if e := s.remove(journalFile); e != nil {
			return d.halfDone(errors.Join(err, e))
		}
	}
	_ = s.tidy() // what stays is stale, and no output
	return d.unchanged(err)
}

// takeBack ends a run that failed in its commit.
func (d Dir) takeBack(c *commit, err error) error {
	if e := c.back(); e != nil {
		return d.halfDone(err)
	}
	if e := c.state.remove(journalFile); e != nil {
		return d.halfDone(err)
	}
	_ = c.state.tidy()
	return d.unchanged(err)
}

func (d Dir) halfDone(err error) error {
	err = ioProblem(err, "")
	var p *render.Problem
	errors.As(err, &p)
	half := *p
	half.Code = CodeUnfinished
	half.Text += "; " + render.Quoted(d.Path) + " is only partly up to date, and the next run finishes it"
	return &half
}

// recover finishes what an interrupted run has begun, and tells whether one had.
func (d Dir) recover(t *dirfd.Tree, s *state) (bool, error) {
	j, err := s.journal()
	if j == nil || err != nil {
		return false, ioProblem(err, "")
	}
	err = newCommit(t, s, j.Ops, true).run()
	if err == nil {
		err = s.finish(j.Empty)
	}
	if err == nil {
		err = s.tidy()
	}
	if err == nil {
		t.Forget()
		err = s.reopen()
	}
	if err != nil {
		return true, d.halfDone(err)
	}
	return true, nil
}
