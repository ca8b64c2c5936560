package sources

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/go-git/go-git/v5/plumbing"

	"confit/render/diag"
	"confit/sources/pack"
	"confit/sources/remote"
)

// depths are the numbers of commits to fetch of a branch or tag, in the search for a commit
// that the server does not serve by its hash. 0 is the whole history.
var depths = [...]int{1, 50, 1000, 0}

// fetch gets the commit from the server, or returns that of an earlier run if the ref still
// names it.
func (f *gitFetch) fetch() (*commitFiles, error) {
	if f.git.Offline != "" {
		return nil, f.offline()
	}
	start := time.Now()
	a := attempt{gitFetch: f, exact: true}
	for a.back < len(depths) {
		f.remote.Timeout = max(f.limits.Time-time.Since(start), time.Millisecond) // 0 would be the default
		err := f.remote.Fetch(f.git.Context, a.pick, a.read)
		f.remote.StartJitter = 0
		switch {
		case errors.Is(err, remote.ErrNotOffered) && a.exact:
			a.exact = false
		case errors.Is(err, errTooShallow):
			a.back++
		case err != nil:
			return nil, err
		case a.known:
			return f.old, nil
		default:
			f.summary = f.summarize(a.got, start)
			return a.got, nil
		}
	}
	return nil, trust("git-pin", "the commit "+f.pin.String()+" is not in the history of "+diag.Quoted(f.ref), "see that commit: and ref: belong together")
}

// completion gives a function that fetches the contents of the commit of an earlier run.
func (f *gitFetch) completion(old *commitFiles) func() error {
	return func() error {
		whole := *f
		whole.old, whole.summary = nil, ""
		got, err := whole.fetch()
		if err == nil && got.commit != old.commit {
			err = &diag.Problem{
				Cause: diag.CauseBusy, Code: "inputs-changing", Text: diag.Quoted(f.ref) + " has moved on to another commit during the run",
				Hint: "run again",
			}
		}
		if err != nil {
			return withPlace(f.Spec, err)
		}
		whole.reportFetch(nil)
		old.blobs.complete(got.blobs)
		copy(old.files, got.files) // the same files, with the right sizes
		return nil
	}
}

var errTooShallow = errors.New("the commit lies further back")

// An attempt is one try to fetch a commit, once the server has said what it has.
type attempt struct {
	*gitFetch
	exact bool // request the commit by its hash
	back  int  // index in depths

	commit plumbing.Hash
	tag    plumbing.Hash // of an annotated tag
	known  bool          // the commit is the one of an earlier run
	search bool          // the commit is in the history of the ref
	got    *commitFiles
}

// pick chooses the request for the refs of the server.
func (a *attempt) pick(refs remote.Refs) (remote.Want, error) {
	a.commit, a.tag, a.search, a.known = a.pin, plumbing.ZeroHash, false, false
	var tip remote.Ref
	if a.ref != "" || a.pin.IsZero() {
		var err error
		if tip, err = refs.Resolve(a.ref); err != nil {
			return remote.Want{}, err
		}
		if err := a.follow(tip); err != nil {
			return remote.Want{}, err
		}
		a.detailf("%s is the commit %s", diag.Quoted(tip.Name), tip.Peeled)
	}
	if a.old != nil && a.old.commit == a.commit && a.old.tagHash() == a.tag {
		a.known = true
		a.detailf("the commit %s is known from an earlier run", a.commit)
		return remote.Want{}, nil
	}
	want := remote.Want{Hashes: []plumbing.Hash{a.commit}, Depth: 1}
	switch {
	case !a.tag.IsZero():
		want.Hashes[0] = a.tag
	case a.exact: // many servers serve commits that they do not advertise
	case tip.Hash.IsZero():
		return remote.Want{}, noExactFetch()
	default:
		want.Hashes[0], want.Depth, a.search = tip.Hash, depths[a.back], true
	}
	return want, nil
}

// follow sets the commit that a ref leads to, and the annotated tag on the way. It refuses a
// ref that contradicts the pin: a branch may move on from the commit, a tag may not.
func (a *attempt) follow(tip remote.Ref) error {
	switch {
	case a.pin.IsZero():
		a.commit = tip.Peeled
	case tip.Hash == a.pin && tip.Peeled != a.pin:
		return noCommit(a.pin, tip.Peeled)
	case strings.HasPrefix(tip.Name, "refs/tags/") && tip.Peeled != a.pin:
		return trust("git-pin", "the tag "+diag.Quoted(a.ref)+" points at "+tip.Peeled.String()+", and not at the pinned "+a.pin.String(),
			"somebody has moved the tag: find out who and why before changing commit:")
	}
	if tip.Hash != tip.Peeled && a.commit == tip.Peeled {
		a.tag = tip.Hash
	}
	return nil
}

// noCommit is the problem of a pin that is the hash of an annotated tag, as git rev-parse
// prints it.
func noCommit(pin, commit plumbing.Hash) error {
	return trust("git-pin", "the pinned "+pin.String()+" is an annotated tag and no commit",
		"write commit: "+commit.String()+", as git rev-parse TAG^{commit} prints it")
}

func noExactFetch() error {
	return &diag.Problem{
		Cause: diag.CauseRemote, Code: "git-remote", Text: "the server does not hand out commits by their hash",
		Hint: "say with ref: which branch or tag the commit is on",
	}
}

func trust(code, text, hint string) error {
	return &diag.Problem{Cause: diag.CauseTrust, Code: code, Text: text, Hint: hint}
}

// read takes the commit and its files from the pack.
func (a *attempt) read(ctx context.Context, r io.Reader) error {
	l := a.limits
	c := &commitFiles{commit: a.commit, blobs: newBlobs(a.git.Spool)}
	limits := l.pack()
	all, err := pack.Read(ctx, r, c.blobs, limits, a.progress())
	if err != nil {
		return err
	}
	if err := a.checkTags(c, all); err != nil {
		return err
	}
	commit, ok := all.Commit(a.commit)
	if !ok {
		return a.noCommitIn(all)
	}
	a.got, c.object = c, commit.Raw
	c.files, err = all.Files(a.commit, a.Sub, limits)
	c.listed = all.Listed()
	return err
}

// checkTags takes the annotated tags that lead to the commit from the pack: a tag can be the
// tag of another one.
func (a *attempt) checkTags(c *commitFiles, all *pack.Objects) error {
	if a.tag.IsZero() {
		return nil
	}
	tags, object := all.Peel(a.tag)
	if len(tags) == 0 || object != a.commit {
		return &diag.Problem{Cause: diag.CauseRemote, Code: "git-pack", Text: "the server sent another tag than it advertised"}
	}
	for _, tag := range tags {
		c.tags = append(c.tags, tag.Raw)
	}
	return nil
}

// noCommitIn is the problem of a pack without the commit. Most often the name that was asked
// for leads to another kind of object, which no further try changes.
func (a *attempt) noCommitIn(all *pack.Objects) error {
	tags, object := all.Peel(a.commit)
	kind := all.Kind(object)
	switch {
	case kind == plumbing.TreeObject || kind == plumbing.BlobObject:
		return noTreeish(a.ref, a.pin, object, kind)
	case len(tags) > 0:
		return noCommit(a.commit, object)
	case a.search:
		return errTooShallow
	}
	return &diag.Problem{Cause: diag.CauseRemote, Code: "git-pack", Text: "the server sent another commit than was asked for"}
}

// noTreeish is the problem of a ref or pin that leads to a tree or blob.
func noTreeish(ref string, pin, object plumbing.Hash, kind plumbing.ObjectType) error {
	what := diag.Quoted(cmp.Or(ref, "HEAD"))
	if ref == "" && !pin.IsZero() {
		what = "the pinned " + pin.String()
	}
	return &diag.Problem{
		Cause: diag.CauseInput, Code: "git-ref", Text: fmt.Sprintf("%s leads to the %s %s, and to no commit", what, kind, object),
		Hint: "name a branch, or a tag of a commit: git cat-file -t TAG^{} tells the kind",
	}
}

// progress returns a function that reports every 1,000 objects of a pack; nil where nobody
// wants to know.
func (a *attempt) progress() func(done, total int) {
	if a.git.Progress == nil {
		return nil
	}
	return func(done, total int) {
		if done%1000 == 0 || done == total {
			a.git.Progress(fmt.Sprintf("%s: %d of %d objects", a.String(), done, total))
		}
	}
}
