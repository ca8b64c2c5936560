package sources

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/go-git/go-git/v5/plumbing"

	"confit/render"
	"confit/sources/pack"
	"confit/sources/remote"
)

// depths are how far back a branch or tag is followed to a commit that the server does
// not hand out by its name. 0 is all the way.
var depths = [...]int{1, 50, 1000, 0}

// fetch gets the commit from the server; or finds that it is that of an earlier run.
func (e *errand) fetch() (*checkout, error) {
	start := time.Now()
	t := target{errand: e, exact: true}
	for t.back < len(depths) {
		e.remote.Timeout = max(e.limits.Time-time.Since(start), time.Millisecond) // 0 would be the default
		err := e.remote.Fetch(e.git.Context, t.pick, t.read)
		e.remote.StartJitter = 0
		switch {
		case errors.Is(err, remote.ErrNotOffered) && t.exact:
			t.exact = false
		case errors.Is(err, errTooShallow):
			t.back++
		case err != nil:
			return nil, err
		case t.known:
			return e.old, nil
		default:
			e.told = e.line(t.got, start)
			return t.got, nil
		}
	}
	return nil, trust("git-pin", "the commit "+e.pin.String()+" is not in the history of "+render.Quoted(e.ref), "see that commit: and ref: belong together")
}

var errTooShallow = errors.New("the commit lies further back")

// A target is what a fetch is after, once the server has said what it has.
type target struct {
	*errand
	exact bool // the commit may be asked for by its hash
	back  int  // which of the depths a search is at

	commit plumbing.Hash
	tag    plumbing.Hash // of an annotated tag
	known  bool          // the commit is the one of an earlier run
	search bool          // the commit is somewhere behind the ref
	got    *checkout
}

// pick decides what to ask for.
func (t *target) pick(refs remote.Refs) (remote.Want, error) {
	t.commit, t.tag, t.search, t.known = t.pin, plumbing.ZeroHash, false, false
	var tip remote.Ref
	if t.ref != "" || t.pin.IsZero() {
		var err error
		if tip, err = refs.Resolve(t.ref); err != nil {
			return remote.Want{}, err
		}
		if err := t.follow(tip); err != nil {
			return remote.Want{}, err
		}
	}
	if t.old != nil && t.old.commit == t.commit && t.old.tagHash() == t.tag {
		t.known = true
		return remote.Want{}, nil
	}
	want := remote.Want{Hashes: []plumbing.Hash{t.commit}, Depth: 1}
	switch {
	case !t.tag.IsZero():
		want.Hashes[0] = t.tag
	case t.exact: // it may be given though it is not offered
	case tip.Hash.IsZero():
		return remote.Want{}, noExactFetch()
	default:
		want.Hashes[0], want.Depth, t.search = tip.Hash, depths[t.back], true
	}
	return want, nil
}

// follow holds a ref against the pin: a branch may have moved on from the commit, a tag
// may not.
func (t *target) follow(tip remote.Ref) error {
	switch {
	case t.pin.IsZero():
		t.commit = tip.Peeled
	case tip.Hash == t.pin && tip.Peeled != t.pin:
		return noCommit(t.pin, tip.Peeled)
	case strings.HasPrefix(tip.Name, "refs/tags/") && tip.Peeled != t.pin:
		return trust("git-pin", "the tag "+render.Quoted(t.ref)+" points at "+tip.Peeled.String()+", and not at the pinned "+t.pin.String(),
			"somebody has moved the tag: find out who and why before changing commit:")
	}
	if tip.Hash != tip.Peeled && t.commit == tip.Peeled {
		t.tag = tip.Hash
	}
	return nil
}

// noCommit is the problem of a pin that git rev-parse gave for an annotated tag.
func noCommit(pin, commit plumbing.Hash) error {
	return trust("git-pin", "the pinned "+pin.String()+" is an annotated tag and no commit",
		"write commit: "+commit.String()+", as git rev-parse TAG^{commit} prints it")
}

func noExactFetch() error {
	return &render.Problem{
		Cause: render.CauseRemote, Code: "git-remote", Text: "the server does not hand out commits by their hash",
		Hint: "say with ref: which branch or tag the commit is on",
	}
}

func trust(code, text, hint string) error {
	return &render.Problem{Cause: render.CauseTrust, Code: code, Text: text, Hint: hint}
}

// read takes the commit and its files from the pack.
func (t *target) read(ctx context.Context, r io.Reader) error {
	l := t.limits
	c := &checkout{commit: t.commit, blobs: newBlobs(t.git.Spool)}
	limits := pack.Limits{Pack: int64(l.Pack), File: int64(l.File), Files: int(l.Files), Depth: int(l.Depth)}
	all, err := pack.Read(ctx, r, c.blobs, limits, t.progress())
	if err != nil {
		return err
	}
	if !t.tag.IsZero() {
		tag, ok := all.Tag(t.tag)
		if !ok || tag.Target != t.commit {
			return &render.Problem{Cause: render.CauseRemote, Code: "git-pack", Text: "the server sent another tag than it advertised"}
		}
		c.tag = tag.Raw
	}
	commit, ok := all.Commit(t.commit)
	tag, isTag := all.Tag(t.commit)
	switch {
	case isTag:
		return noCommit(t.commit, tag.Target)
	case !ok && t.search:
		return errTooShallow
	case !ok:
		return &render.Problem{Cause: render.CauseRemote, Code: "git-pack", Text: "the server sent another commit than was asked for"}
	}
	t.got, c.object = c, commit.Raw
	c.files, err = all.Files(t.commit, t.Sub, limits)
	return err
}

// progress tells how far a pack is read, now and then.
func (t *target) progress() func(done, total int) {
	if t.git.Progress == nil {
		return nil
	}
	return func(done, total int) {
		if done%1000 == 0 || done == total {
			t.git.Progress(fmt.Sprintf("%s: %d of %d objects", t.String(), done, total))
		}
	}
}
