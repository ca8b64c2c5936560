package sources

import (
	"context"
	"errors"
	"fmt"
	"path"
	"slices"
	"strings"
	"sync"
	"syscall"
	"time"

	"github.com/go-git/go-git/v5/plumbing"

	"confit/render"
	"confit/sources/pack"
	"confit/sources/remote"
	"confit/sources/verify"
)

// Git is what main lends to the Git sources of a run, and what they got.
type Git struct {
	Memo  []byte // what NewMemo wrote for an earlier run: its commits need not be fetched again
	Anew  bool   // fetch all the same, as the memo did not do
	Spool Spool  // where files go that are too much for memory; nil: nowhere

	Offline  string               // why nothing may be fetched; "" where it may
	Context  context.Context      // of the fetch
	Waiting  func(on bool)        // told while remotes are waited for
	Say      func(text string)    // a line about what was fetched
	Notice   func(text string)    // of tries that failed
	Progress func(text string)    // nil where nobody watches
	Refs     map[string]string    // --git-ref: in place of a source's ref and commit
	Replace  map[string]string    // --replace: a folder in place of a source
	mu       sync.Mutex           // for done
	done     map[string]*checkout // by what was asked for
}

// Forget drops what the run has got so far, so that it is fetched anew.
func (g *Git) Forget() { g.Anew, g.done = true, nil }

// A checkout is the files of one commit.
type checkout struct {
	asked  string // what it answers to
	commit plumbing.Hash
	object []byte // the commit as it is in the repository
	tag    []byte // the annotated tag that led there; nil for none
	files  []pack.File
	blobs  *blobs
	secret bool // nothing of it may be remembered
}

// An errand is a Git source with all that fetching it needs.
type errand struct {
	*Spec
	git    *Git
	limits GitLimits
	asked  string
	remote remote.Remote
	ref    string
	pin    plumbing.Hash // zero: what ref leads to
	old    *checkout     // of an earlier run

	got  *checkout
	told string // the line about the fetch; "" if there was none
	err  error
}

// fetch gets the commits of all Git sources, side by side.
func (r *reader) fetch(specs []Spec) (map[*Spec]*checkout, error) {
	var errands []*errand
	var all []error
	for i := range specs {
		if s := &specs[i]; s.Kind() == "git" && r.Git.Replace[s.Name] == "" {
			e, err := r.errand(s)
			errands, all = append(errands, e), append(all, err)
		}
	}
	if err := errors.Join(all...); err != nil || len(errands) == 0 {
		return nil, err
	}
	r.Git.Waiting(true)
	render.Parallel(len(errands), func(i int) {
		e := errands[i]
		e.err = render.Safely(func() (err error) {
			e.got, err = e.run()
			return err
		})
	})
	r.Git.Waiting(false)
	got := map[*Spec]*checkout{}
	for _, e := range errands {
		var by []verify.Signer
		if e.err == nil {
			by, e.err = r.verify(e.Spec, e.ref, e.got)
		}
		e.say(by)
		all = append(all, placed(e.Spec, e.err))
		got[e.Spec] = e.got
	}
	return got, errors.Join(all...)
}

// saying puts the name of the source before a text; one without a name has its URL, with
// which the text may begin as well.
func (s *Spec) saying(text string) string {
	name := s.String()
	return name + ": " + strings.TrimPrefix(text, strings.TrimPrefix(name, "git ")+": ")
}

// placed tells of which source of the spec the problems are.
func placed(s *Spec, err error) error {
	var all []error
	for _, p := range render.Problems(err, render.CauseRemote) {
		if p.Pos.File == "" {
			p.Pos = s.Where.At("git")
			p.Text = "source " + s.saying(p.Text)
		}
		all = append(all, p)
	}
	return errors.Join(all...)
}

func (r *reader) errand(s *Spec) (*errand, error) {
	e := &errand{Spec: s, git: r.Git, limits: r.Limits.Git.WithDefaults(), ref: s.Ref, pin: plumbing.NewHash(s.Commit)}
	if ref, ok := r.Git.Refs[s.Name]; ok && s.Name != "" {
		e.ref, e.pin = ref, plumbing.ZeroHash
	}
	if plumbing.IsHash(e.ref) {
		if named := plumbing.NewHash(e.ref); e.pin.IsZero() {
			e.ref, e.pin = "", named
		}
	}
	e.asked = fmt.Sprintf("%s %q %q %s", s.Git, path.Clean("/"+s.Sub), e.ref, e.pin)
	e.remote = remote.Remote{
		URL: s.Git, AllowHTTP: s.AllowHTTP, Env: r.Env, Timeout: e.limits.Time, StartJitter: s.StartJitter,
		Notice: func(text string) { r.Git.Notice(s.saying(text)) }, Progress: r.Git.Progress,
	}
	if r.Git.Offline != "" { // no credential is needed, and in CI there is none
		return e, placed(s, e.remote.CheckURL())
	}
	var err error
	if s.Auth != "" {
		e.remote.Auth, err = r.auth(s)
	}
	return e, errors.Join(err, placed(s, e.remote.Check()))
}

// auth reads the mounted Secret with the credentials.
func (r *reader) auth(s *Spec) (map[string][]byte, error) {
	files, err := r.Tree(rebase(s.Base, s.Auth), func(string) bool { return true })
	if errors.Is(err, syscall.ENOTDIR) {
		return nil, s.Problem("auth", "auth "+render.Quoted(s.Auth)+" is a file", "name the directory where the Secret is mounted: each of its keys is a file there")
	}
	if err != nil {
		return nil, inputProblem(s.Where.At("auth"), "source "+s.String()+": auth "+render.Quoted(s.Auth), err, "mount the Secret there")
	}
	keys := map[string][]byte{}
	for _, f := range files {
		keys[f.Path] = f.Data
	}
	return keys, nil
}

// run answers from memory where it can: from this run's, which may read its volumes
// several times, or from that of an earlier one.
func (e *errand) run() (*checkout, error) {
	g := e.git
	if got := e.keep(nil); got != nil {
		return got, nil
	}
	if !g.Anew {
		e.old = recalled(g.Memo, e.asked, e.limits)
	}
	var got *checkout
	var err error
	switch {
	case e.old != nil && !e.pin.IsZero():
		got = e.old
	case g.Offline != "":
		return nil, &render.Problem{Cause: render.CauseUsage, Code: "offline", Text: g.Offline, Hint: e.replaceHint()}
	default:
		if got, err = e.fetch(); err != nil {
			return nil, err
		}
	}
	return e.keep(got), nil
}

// keep notes what was got, and gives what this run has: of two sources that ask for the
// same, one with secrets makes it secret for both.
func (e *errand) keep(got *checkout) *checkout {
	g := e.git
	g.mu.Lock()
	defer g.mu.Unlock()
	if had := g.done[e.asked]; had != nil {
		got = had
	}
	if got == nil {
		return nil
	}
	if g.done == nil {
		g.done = map[string]*checkout{}
	}
	got.asked = e.asked
	got.secret = got.secret || e.secret() || len(e.Sensitive.globs) > 0
	g.done[e.asked] = got
	return got
}

func (e *errand) replaceHint() string {
	name := e.Name
	if name == "" {
		return "allow it with --allow-network; or give the source a name: and put a folder in its place with --replace NAME=DIR"
	}
	return "allow it with --allow-network, or put a folder in its place with --replace " + name + "=DIR"
}

// missing tells whether a Git source could not be fetched.
func (r *reader) missing(s *Spec) bool { return r.Git.Replace[s.Name] == "" && r.checkouts[s] == nil }

// gitFiles are the files of a Git source, or those of the folder that replaces it.
func (r *reader) gitFiles(s *Spec) ([]render.File, error) {
	dir := r.Git.Replace[s.Name]
	if dir == "" {
		return r.checkouts[s].filesOf(s), nil
	}
	dir = path.Join(dir, s.Sub)
	files, err := r.Tree(dir, func(rel string) bool { return !slices.Contains(strings.Split(rel, "/"), ".git") })
	if err != nil {
		what := "source " + s.String() + ": --replace " + render.Quoted(dir)
		err = inputProblem(s.Where.At("git"), what, err, "name a checkout of the repository, with the folder path: in it")
	}
	return files, err
}

// filesOf turns a checkout into files of the source. There may be very many: their paths
// are kept once.
func (c *checkout) filesOf(s *Spec) []render.File {
	root := fmt.Sprintf("%s@%s:", s.String(), c.commit.String()[:7])
	files := make([]render.File, len(c.files))
	lie := make([]gitBlob, len(c.files))
	for i := range c.files {
		f := &c.files[i]
		lie[i] = gitBlob{c.blobs, f.ID, f.Size}
		from := root + path.Join(s.Sub, f.Path)
		f.Path = from[len(from)-len(f.Path):]
		files[i] = render.File{Path: f.Path, Blob: &lie[i], From: from}
		if files[i].Mode = 0o644; f.Exec {
			files[i].Mode = 0o755
		}
	}
	return files
}

// say prints the line about the fetch, with who signed what it got.
func (e *errand) say(by []verify.Signer) {
	if e.told == "" {
		return
	}
	text := e.told
	for i, s := range by {
		text += [...]string{", signed by ", " and "}[min(i, 1)] + s.String()
	}
	e.git.Say(text)
}

// line is the line about a fetch.
func (e *errand) line(c *checkout, since time.Time) string {
	var size int64
	for _, f := range c.files {
		size += f.Size
	}
	name := e.ref
	if name == "" {
		name = "HEAD"
	}
	return fmt.Sprintf("%s %s %s %d files %s in %.1f s", e.String(), render.Quoted(name), c.commit.String()[:7], len(c.files), rough(size), time.Since(since).Seconds())
}

// rough is a size as one says it.
func rough(size int64) string {
	switch {
	case size >= 1<<20:
		return fmt.Sprintf("%.1f MiB", float64(size)/(1<<20))
	case size >= 1<<10:
		return fmt.Sprintf("%.1f KiB", float64(size)/(1<<10))
	}
	return fmt.Sprintf("%d bytes", size)
}
