package sinks

import (
	"cmp"
	"context"
	"errors"
	"io"
	"io/fs"
	"slices"
	"strings"
	"time"

	"confit/render/content"
	"confit/render/diag"
	"confit/sinks/dirfd"
)

// A Dir is an output directory, as one spec sees it.
type Dir struct {
	Path        string
	Name        string          // of the spec; "" means "default"
	NoPrune     bool            // keep files of earlier runs that are no outputs any more
	LockTimeout time.Duration   // how long to wait for another run; 0 means not at all
	DirMode     fs.FileMode     // of new directories; 0 means 0755, 0775 in a setgid root
	SourceCache func(io.Writer) // writes the source cache, for ReadSourceCache in the next run; nil for none
	Memory      int64           // that may be taken to read the state of earlier runs; 0 is no limit
	Receipts    bool            // with a change, the receipt becomes Untold before the change is visible
	NoPod       bool            // no pod will read the files, so no notice is about one
	Detail      func(string)    // is told of each file that was compared; may be nil

	resumed  bool           // an interrupted run was finished first
	verified []verifiedFile // by MissingBlobs, in the order of the sorted outputs
}

// Plan compares the outputs with the directory. It changes nothing, and needs no right to.
// A directory that is not there counts as empty.
func (d Dir) Plan(outs []content.Output) (*Plan, error) {
	if err := d.check(outs); err != nil {
		return nil, err
	}
	if err := d.checkLocation(); err != nil {
		return nil, err
	}
	t, err := d.open()
	if dirfd.Absent(err) {
		return d.planNew(outs)
	} else if err != nil {
		return nil, ioProblem(err, "")
	}
	defer t.Close()
	if err := d.lock(context.Background(), t, false); err != nil {
		return nil, ioProblem(err, "")
	}
	p, err := d.planIn(t, outs)
	return p, ioProblem(err, "")
}

func (d Dir) planIn(t *dirfd.Tree, outs []content.Output) (*Plan, error) {
	s, err := openState(t, d.name(), d.Memory)
	if err != nil {
		return nil, err
	}
	defer s.close()
	old, err := s.inventory(inventoryFile)
	if err != nil {
		return nil, err
	}
	interrupted := s.files[journalFile]
	if interrupted {
		unfinished, err := s.inventory(inventoryNext)
		if err != nil {
			return nil, err
		}
		old = old.merge(unfinished)
	}
	c, err := compare(d, t, old, sorted(outs))
	if err != nil {
		return nil, err
	}
	p := c.plan()
	d.detailFiles(p)
	p.Changes = c.changes()
	p.Refused = errors.Join(ioProblem(c.refused, ""), joined(c.conflicts))
	if interrupted {
		p.Notices = append(p.Notices, "an earlier run was interrupted in "+diag.Quoted(d.Path)+"; the next one finishes it first")
	}
	return p, c.loadTexts(p)
}

// planNew is the plan for a directory that does not exist.
func (d Dir) planNew(outs []content.Output) (p *Plan, err error) {
	c := &comparison{}
	for _, o := range sorted(outs) {
		c.files = append(c.files, file{out: o, kind: Create, differs: true})
	}
	p = &Plan{Changes: c.changes()}
	for i := range p.Changes {
		if p.Changes[i].after, err = shownContent(c.files[i].out.Content); err != nil {
			return nil, err
		}
	}
	return p, nil
}

// Apply makes the directory match the outputs: all of them, or none. After an error with
// CodeUnfinished the directory is half done, and the next run finishes it. After any other
// error nothing has changed. The context can stop the run until the commit begins.
func (d Dir) Apply(ctx context.Context, outs []content.Output) (Result, error) {
	if err := d.check(outs); err != nil {
		return Result{}, err
	}
	return retryIfGone(func() (Result, error) { return d.applyTo(ctx, outs) })
}

// applyTo makes the directory if it is not there, and removes it again after an error.
func (d Dir) applyTo(ctx context.Context, outs []content.Output) (Result, error) {
	if err := d.checkLocation(); err != nil {
		return Result{}, d.nothingChanged(err)
	}
	made, err := makeAll(d.Path)
	if err != nil {
		removeMade(made)
		return Result{}, d.nothingChanged(err)
	}
	r, err := d.apply(ctx, outs)
	if err != nil && !isUnfinished(err) {
		removeMade(made)
	}
	return r, err
}

func (d Dir) apply(ctx context.Context, outs []content.Output) (Result, error) {
	t, err := d.open()
	if err != nil {
		return Result{}, d.nothingChanged(err)
	}
	defer t.Close()
	if err := d.lock(ctx, t, true); err != nil {
		return Result{}, d.nothingChanged(err)
	}
	if err := stillThere(t.Top()); err != nil {
		return Result{}, d.nothingChanged(err)
	}
	s, err := openState(t, d.name(), d.Memory)
	if err != nil {
		return Result{}, d.nothingChanged(err)
	}
	defer s.close()
	if d.resumed, err = d.resume(t, s); err != nil {
		return Result{}, err
	}
	p, err := d.compare(t, s, outs)
	if err != nil {
		return Result{}, d.nothingChanged(err)
	}
	return d.publish(ctx, t, s, p)
}

func (d Dir) compare(t *dirfd.Tree, s *state, outs []content.Output) (*Plan, error) {
	old, err := s.inventory(inventoryFile)
	if err != nil {
		return nil, err
	}
	c, err := compare(d, t, old, sorted(outs))
	if err != nil {
		return nil, err
	}
	if err := cmp.Or(c.refused, joined(c.conflicts)); err != nil {
		return nil, err
	}
	p := c.plan()
	d.detailFiles(p)
	return p, nil
}

func (d Dir) check(outs []content.Output) error {
	if err := CheckName(d.name()); err != nil {
		return &diag.Problem{Cause: diag.CauseSpec, Code: CodeSink, Text: "name " + diag.Quoted(d.Name) + ": " + err.Error()}
	}
	return CheckOutputs(outs)
}

// name tells apart the specs that write into one directory: each has a state of its own.
func (d Dir) name() string {
	if d.Name == "" {
		return "default"
	}
	return d.Name
}

// handsGroupDown tells whether the top has the setgid bit, as fsGroup sets it.
func handsGroupDown(t *dirfd.Tree) bool { return t.Top().Stat.Setgid() != 0 }

func (d Dir) dirMode(setgid bool) uint32 {
	switch {
	case d.DirMode != 0:
		return uint32(d.DirMode.Perm())
	case setgid:
		return 0o775
	}
	return 0o755
}

// sorted sorts the outputs by path, so those of one directory are neighbours.
func sorted(outs []content.Output) []*content.Output {
	all := make([]*content.Output, len(outs))
	for i := range outs {
		all[i] = &outs[i]
	}
	slices.SortFunc(all, func(a, b *content.Output) int { return strings.Compare(a.Path, b.Path) })
	return all
}

func isUnfinished(err error) bool {
	var p *diag.Problem
	return errors.As(err, &p) && p.Code == CodeUnfinished
}
