package sources

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"path"
	"strings"
	"sync"
	"syscall"
	"time"

	"github.com/go-git/go-git/v5/plumbing"

	"confit/render/diag"
	"confit/render/tree"
	"confit/sources/pack"
	"confit/sources/remote"
	"confit/sources/verify"
)

// Git fetches the Git sources of a run, and keeps their commits.
type Git struct {
	Cache []byte // the source cache of an earlier run, of CacheWriter; its commits are not fetched again
	Spool Spool  // for files beyond heldInMemory; nil: all stay in memory

	Offline  string                  // why nothing may be fetched; "" where it may
	Context  context.Context         // of the fetch
	Waiting  func(on bool)           // called before and after a wait for remotes
	Say      func(text string)       // prints a line about a fetch
	Notice   func(text string)       // prints the error of a try that is repeated
	Detail   func(text string)       // reports requests and refs for -v; may be nil
	Progress func(text string)       // nil without a terminal
	Refs     map[string]string       // --git-ref: in place of the ref and commit of a source
	Replace  map[string]string       // --replace: a folder in place of a source
	saved    map[string]*savedCommit // Cache, by query
	mu       sync.Mutex              // for done
	done     map[string]*commitFiles // by query
}

// A commitFiles is a commit of a Git source, with its files.
type commitFiles struct {
	query  string // URL, folder, ref and commit of the source
	commit plumbing.Hash
	object []byte   // the commit as it is in the repository
	tags   [][]byte // the annotated tags that led there, the outer one first; nil for none
	files  []pack.File
	listed []pack.Raw // the objects between the commit and its files
	blobs  *blobs
	values []*tree.Node // the layers that were read from it
	secret bool         // the source cache may hold nothing of it
}

// A gitFetch is a Git source with everything that fetching it needs.
type gitFetch struct {
	*Spec
	git    *Git
	limits GitLimits
	query  string
	remote remote.Remote
	ref    string
	pin    plumbing.Hash // the wanted commit; zero: the one that ref leads to
	old    *commitFiles  // of an earlier run; nil for none

	got     *commitFiles
	summary string // of the fetch; "" if there was none
	err     error
}

// fetch gets the commits of all Git sources, side by side.
func (r *reader) fetch(specs []Spec) (map[*Spec]*commitFiles, error) {
	var fetches []*gitFetch
	var all []error
	for i := range specs {
		if s := &specs[i]; s.Git != "" && r.Git.Replace[s.Name] == "" {
			f, err := r.newFetch(s)
			fetches, all = append(fetches, f), append(all, err)
		}
	}
	if err := errors.Join(all...); err != nil || len(fetches) == 0 {
		return nil, err
	}
	r.Git.saved = readCache(r.Git.Cache, fetches)
	r.Git.Waiting(true)
	diag.Parallel(len(fetches), func(i int) {
		f := fetches[i]
		f.err = diag.CatchPanic(func() (err error) {
			f.got, err = f.fetchOrReuse()
			return err
		})
	})
	r.Git.Waiting(false)
	got := map[*Spec]*commitFiles{}
	for _, f := range fetches {
		var by []verify.Signer
		if f.err == nil {
			by, f.err = r.verify(f.Spec, f.ref, f.got)
			r.signers[f.Spec] = signerNames(by)
		}
		f.reportFetch(by)
		all = append(all, withPlace(f.Spec, f.err))
		got[f.Spec] = f.got
	}
	err := r.Git.requireValues(got)
	if err != nil { // such a source has no error of its own
		maps.DeleteFunc(got, func(_ *Spec, c *commitFiles) bool { return c != nil && !c.blobs.whole })
	}
	return got, errors.Join(append(all, err)...)
}

// prefixed puts the name of the source before a text. The name of a source without name: is
// its URL, and the text may begin with that URL already.
func (s *Spec) prefixed(text string) string {
	name := s.String()
	return name + ": " + strings.TrimPrefix(text, strings.TrimPrefix(name, "git ")+": ")
}

// withPlace adds the place and the name of the source to problems without a place.
func withPlace(s *Spec, err error) error {
	var all []error
	for _, p := range diag.Problems(err, diag.CauseRemote) {
		if p.Pos.File == "" {
			p.Pos = s.Places.At("git")
			p.Text = "source " + s.prefixed(p.Text)
		}
		all = append(all, p)
	}
	return errors.Join(all...)
}

func (r *reader) newFetch(s *Spec) (*gitFetch, error) {
	f := &gitFetch{Spec: s, git: r.Git, limits: r.Limits.Git.WithDefaults(), ref: s.Ref, pin: plumbing.NewHash(s.Commit)}
	if ref, ok := r.Git.Refs[s.Name]; ok && s.Name != "" {
		f.ref, f.pin = ref, plumbing.ZeroHash
	}
	if plumbing.IsHash(f.ref) {
		if named := plumbing.NewHash(f.ref); f.pin.IsZero() {
			f.ref, f.pin = "", named
		}
	}
	f.query = fmt.Sprintf("%s %q %q %s", s.Git, path.Clean("/"+s.Sub), f.ref, f.pin)
	f.remote = remote.Remote{
		URL: s.Git, AllowHTTP: s.AllowHTTP, Env: r.Env, Timeout: f.limits.Time, StartJitter: s.StartJitter,
		Notice: func(text string) { r.Git.Notice(s.prefixed(text)) }, Progress: r.Git.Progress,
		Detail: func(text string) { f.detailf("%s", text) },
	}
	if r.Git.Offline != "" { // CI has no credentials, and none are needed
		return f, withPlace(s, f.remote.CheckURL())
	}
	var err error
	if s.Auth != "" {
		f.remote.Auth, err = r.auth(s)
	}
	return f, errors.Join(err, withPlace(s, f.remote.Check()))
}

// auth reads the mounted Secret with the credentials.
func (r *reader) auth(s *Spec) (map[string][]byte, error) {
	files, err := r.Tree(rebase(s.Base, s.Auth), func(string) bool { return true })
	if errors.Is(err, syscall.ENOTDIR) {
		return nil, s.Problem("auth", "auth "+diag.Quoted(s.Auth)+" is a file", "name the directory where the Secret is mounted: each of its keys is a file there")
	}
	if err != nil {
		return nil, inputProblem(s.Places.At("auth"), "source "+s.String()+": auth "+diag.Quoted(s.Auth), err, "mount the Secret there")
	}
	keys := map[string][]byte{}
	for _, f := range files {
		keys[f.Path] = f.Data
		r.detailFile("auth "+diag.Quoted(f.From), len(f.Data), true)
	}
	return keys, nil
}

// fetchOrReuse gives the files of the commit. It fetches unless this run has fetched them
// before, or the source cache has a pinned commit.
func (f *gitFetch) fetchOrReuse() (*commitFiles, error) {
	if got := f.shared(nil); got != nil {
		return got, nil
	}
	if f.old = f.restore(); f.old != nil {
		f.old.blobs.fetchRest = f.completion(f.old)
	}
	if f.old != nil && !f.pin.IsZero() {
		f.detailf("the commit %s is known from an earlier run", f.pin)
		return f.shared(f.old), nil
	}
	got, err := f.fetch()
	if err != nil {
		return nil, err
	}
	return f.shared(got), nil
}

// restore returns the commit of an earlier run that answers the query; nil for none. A source
// that wants a signed tag gets none without a tag.
func (f *gitFetch) restore() *commitFiles {
	c := f.git.saved[f.query].restore(f.Sub, f.limits)
	wantsTag := f.Verify != nil && (f.Verify.Object == "tag" || f.Verify.Object == "both")
	if c == nil || !f.pin.IsZero() && (c.commit != f.pin || wantsTag && len(c.tags) == 0) {
		return nil
	}
	return c
}

// detailf tells of a step of the fetch.
func (f *gitFetch) detailf(format string, args ...any) {
	if f.git.Detail != nil {
		f.git.Detail(f.prefixed(fmt.Sprintf(format, args...)))
	}
}

// shared stores a commit for this run, or returns the one that is stored. Where two
// sources have the same query, secrets of one make the commit secret for both.
func (f *gitFetch) shared(got *commitFiles) *commitFiles {
	g := f.git
	g.mu.Lock()
	defer g.mu.Unlock()
	if stored := g.done[f.query]; stored != nil {
		got = stored
	}
	if got == nil {
		return nil
	}
	if g.done == nil {
		g.done = map[string]*commitFiles{}
	}
	got.query = f.query
	got.secret = got.secret || f.secret() || len(f.Sensitive.globs) > 0
	g.done[f.query] = got
	return got
}

func (f *gitFetch) offline() error {
	hint := "allow it with --allow-network, or put a folder in its place with --replace " + f.Name + "=DIR"
	if f.Name == "" {
		hint = "allow it with --allow-network; or give the source a name: and put a folder in its place with --replace NAME=DIR"
	}
	return &diag.Problem{Cause: diag.CauseUsage, Code: "offline", Text: f.git.Offline, Hint: hint}
}

// notFetched tells whether a Git source could not be fetched.
func (r *reader) notFetched(s *Spec) bool {
	return s.Git != "" && r.Git.Replace[s.Name] == "" && r.commits[s] == nil
}

// reportFetch prints the line about the fetch, with the signers of the commit or tag.
func (f *gitFetch) reportFetch(by []verify.Signer) {
	if f.summary == "" {
		return
	}
	text := f.summary
	if len(by) > 0 {
		text += ", signed by " + signerNames(by)
	}
	f.git.Say(text)
}

// signerNames names the signers of a commit or tag; "" for none.
func signerNames(by []verify.Signer) string {
	names := make([]string, len(by))
	for i, s := range by {
		names[i] = s.String()
	}
	return strings.Join(names, " and ")
}

// summarize describes a fetch in one line.
func (f *gitFetch) summarize(c *commitFiles, since time.Time) string {
	var size int64
	for _, file := range c.files {
		size += file.Size
	}
	name := f.ref
	if name == "" {
		name = "HEAD"
	}
	return fmt.Sprintf("%s %s %s %d files %s in %.1f s", f.String(), diag.Quoted(name), c.commit.String()[:7], len(c.files), approximate(size), time.Since(since).Seconds())
}

// approximate is a size in the unit that people would choose.
func approximate(size int64) string {
	switch {
	case size >= 1<<20:
		return fmt.Sprintf("%.1f MiB", float64(size)/(1<<20))
	case size >= 1<<10:
		return fmt.Sprintf("%.1f KiB", float64(size)/(1<<10))
	}
	return fmt.Sprintf("%d bytes", size)
}
