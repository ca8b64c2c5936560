package sources

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"sync/atomic"
	"time"

	"confit/render/diag"
	"confit/render/specfile"
)

// Limits bound what is read. The zero value of each is its default.
type Limits struct {
	File  specfile.Size  // bytes of one file; 64 MiB
	Total specfile.Size  // bytes of all files together; 256 MiB
	Files specfile.Count // files; 20,000
	Git   GitLimits      // of each Git source
}

// GitLimits bound a Git source. The zero value of each is its default.
type GitLimits struct {
	Time  time.Duration  `yaml:"time"`  // of a fetch with all its tries; 2 min
	Pack  specfile.Size  `yaml:"pack"`  // bytes received; 64 MiB
	Files specfile.Count `yaml:"files"` // in the tree; 10,000
	File  specfile.Size  `yaml:"file"`  // bytes of one file; 16 MiB
	Depth specfile.Count `yaml:"depth"` // of directories; 64
}

// WithDefaults fills in what is not set.
func (l Limits) WithDefaults() Limits {
	return Limits{
		File: cmp.Or(l.File, 64<<20), Total: cmp.Or(l.Total, 256<<20), Files: cmp.Or(l.Files, 20_000),
		Git: l.Git.WithDefaults(),
	}
}

// WithDefaults fills in what is not set.
func (l GitLimits) WithDefaults() GitLimits {
	return GitLimits{
		Time: cmp.Or(l.Time, 2*time.Minute), Pack: cmp.Or(l.Pack, 64<<20), Files: cmp.Or(l.Files, 10_000),
		File: cmp.Or(l.File, 16<<20), Depth: cmp.Or(l.Depth, 64),
	}
}

// spent is what a snapshot has read so far.
type spent struct {
	files, bytes atomic.Int64
	seen         int64                        // entries of directories
	over         atomic.Pointer[diag.Problem] // the first limit reached: nothing is read after it
}

// read reads a regular file, within the limits.
func (s *Snapshot) read(tree FS, at string) ([]byte, fs.FileMode, error) {
	if p := s.spent.over.Load(); p != nil {
		return nil, 0, p
	}
	limits := s.Limits.WithDefaults()
	if s.spent.files.Add(1) > int64(limits.Files) {
		return nil, 0, s.exceeded("file-count", at, fmt.Sprintf("with this one, more than %d files are read", limits.Files), "files")
	}
	left := limits.Total - specfile.Size(s.spent.bytes.Load())
	data, mode, err := tree.ReadRegular(at, int64(min(limits.File, left)))
	tooLarge := errors.Is(err, errTooLarge)
	switch {
	case tooLarge && limits.File <= left:
		return nil, 0, &diag.Problem{
			Cause: diag.CauseLimit, Code: "file-size", Pos: diag.Pos{File: path.Join("/", at)},
			Text: "the file is larger than " + limits.File.String(), Hint: "leave it out of the source, split it, or raise limits: {file: …}",
		}
	case tooLarge, s.spend(len(data)) > int64(limits.Total):
		return nil, 0, s.exceeded("total-size", at, "with this file the inputs are larger than "+limits.Total.String()+" in all", "total")
	}
	return data, mode, err
}

// spend counts bytes that were read. It charges them to the budget, too: files are read
// faster than the watchdog looks at the heap.
func (s *Snapshot) spend(bytes int) (total int64) {
	s.Budget.Charge(bytes)
	return s.spent.bytes.Add(int64(bytes))
}

// see counts an entry of a directory: a loop of links makes no end of them.
func (s *Snapshot) see(dir string) error {
	if s.spent.seen++; s.spent.seen > int64(s.Limits.WithDefaults().Files) {
		return s.exceeded("file-count", dir, fmt.Sprintf("more than %d files and directories are there", s.spent.seen-1), "files")
	}
	return nil
}

// exceeded is the problem of a limit on all that is read; of several at a time, the first.
func (s *Snapshot) exceeded(code, at, text, field string) error {
	s.spent.over.CompareAndSwap(nil, &diag.Problem{
		Cause: diag.CauseLimit, Code: code, Pos: diag.Pos{File: path.Join("/", at)},
		Text: text, Hint: "leave files out of the sources, or raise limits: {" + field + ": …}",
	})
	return s.spent.over.Load()
}
