package sources

import (
	"cmp"
	"errors"
	"fmt"
	"path"
	"sync/atomic"
	"time"

	"confit/render/diag"
	"confit/render/specfile"
	"confit/sources/pack"
)

// Limits bound the files that a run reads. The zero value of each is its default.
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

// pack are the limits of a pack and of the commit in it.
func (l GitLimits) pack() pack.Limits {
	return pack.Limits{Pack: int64(l.Pack), File: int64(l.File), Files: int(l.Files), Depth: int(l.Depth)}
}

// A usage counts what a snapshot has read.
type usage struct {
	files, bytes atomic.Int64
	entries      int64                        // of directories
	exceeded     atomic.Pointer[diag.Problem] // the first limit reached; nothing is read after it
}

// read reads a regular file, within the limits.
func (s *Snapshot) read(tree FS, at string) (Regular, error) {
	if p := s.usage.exceeded.Load(); p != nil {
		return Regular{}, p
	}
	limits := s.Limits.WithDefaults()
	if s.usage.files.Add(1) > int64(limits.Files) {
		return Regular{}, s.exceed("file-count", at, fmt.Sprintf("with this one, more than %d files are read", limits.Files), "files")
	}
	left := limits.Total - specfile.Size(s.usage.bytes.Load())
	s.Inputs.addFile(tree, at)
	file, err := tree.ReadRegular(at, int64(min(limits.File, left)))
	tooLarge := errors.Is(err, ErrTooLarge)
	switch {
	case tooLarge && limits.File <= left:
		return Regular{}, &diag.Problem{
			Cause: diag.CauseLimit, Code: "file-size", Pos: diag.Pos{File: path.Join("/", at)},
			Text: "the file is larger than " + limits.File.String(), Hint: "leave it out of the source, split it, or raise limits: {file: …}",
		}
	case tooLarge, s.countBytes(len(file.Data)) > int64(limits.Total):
		return Regular{}, s.exceed("total-size", at, "with this file the inputs are larger than "+limits.Total.String()+" in all", "total")
	}
	return file, err
}

// countBytes counts bytes that were read, and charges them to the budget: reading files
// fills the heap faster than the watchdog checks it.
func (s *Snapshot) countBytes(bytes int) (total int64) {
	s.Budget.Charge(bytes)
	return s.usage.bytes.Add(int64(bytes))
}

// countEntry counts an entry of a directory. It bounds a loop of links.
func (s *Snapshot) countEntry(dir string) error {
	if s.usage.entries++; s.usage.entries > int64(s.Limits.WithDefaults().Files) {
		return s.exceed("file-count", dir, fmt.Sprintf("more than %d files and directories are there", s.usage.entries-1), "files")
	}
	return nil
}

// exceed is the problem of a limit on all files together. It returns the first one, if
// several goroutines reach a limit.
func (s *Snapshot) exceed(code, at, text, field string) error {
	s.usage.exceeded.CompareAndSwap(nil, &diag.Problem{
		Cause: diag.CauseLimit, Code: code, Pos: diag.Pos{File: path.Join("/", at)},
		Text: text, Hint: "leave files out of the sources, or raise limits: {" + field + ": …}",
	})
	return s.usage.exceeded.Load()
}
