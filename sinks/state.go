package sinks

import (
	"cmp"
	"errors"
	"io/fs"
	"os"
	"strings"

	"golang.org/x/sys/unix"

	"confit/render"
)

// The names in a state directory. What ends in next is not yet in force.
const (
	manifestFile = "manifest.json"
	manifestNext = manifestFile + nextSuffix
	journalFile  = "journal.json"
	journalNext  = journalFile + nextSuffix
	memoFile     = "sources.json"
	memoNext     = memoFile + nextSuffix
	nextSuffix   = ".next"
	stageDir     = "stage"
)

// A state is the directory .confit-NAME in which a spec remembers, inside its
// output directory, what it wrote, and prepares what it will write.
type state struct {
	top   *folder
	name  string          // .confit-NAME
	dir   *folder         // nil while there is none
	stage *folder         // nil while there is none
	files map[string]bool // what dir holds
}

// openState opens the state directory of a spec, if there is one, and checks
// that nobody else had a hand in it.
func openState(t *tree, spec string) (*state, error) {
	s := &state{top: t.top(), name: statePrefix + spec, files: map[string]bool{}}
	err := s.open()
	if err != nil {
		s.close()
	}
	return s, err
}

func (s *state) open() (err error) {
	if s.dir, err = ownFolder(s.top, s.name); s.dir == nil {
		return err
	}
	if s.files, err = stateFiles(s.dir, stageDir); err != nil || !s.files[stageDir] {
		return err
	}
	if s.stage, err = ownFolder(s.dir, stageDir); s.stage == nil {
		return err
	}
	_, err = stateFiles(s.stage, "")
	return err
}

// ownFolder opens the directory name in f, or gives nil if there is none. It must
// be real and this user's.
func ownFolder(in *folder, name string) (*folder, error) {
	var st unix.Stat_t
	if err := in.lstat(name, &st); isAbsent(err) {
		return nil, nil
	} else if err != nil {
		return nil, err
	}
	if st.Mode&unix.S_IFMT != unix.S_IFDIR {
		return nil, notState(in.at(name), st.Mode)
	}
	if int(st.Uid) != os.Geteuid() {
		return nil, inWay(in.at(name), "belongs to another user", sameUser(st.Uid)+", or give the spec another `name:`")
	}
	fd, err := in.openat(name, unix.O_RDONLY|unix.O_DIRECTORY, 0)
	if isAbsent(err) {
		return nil, nil
	} else if err != nil {
		return nil, err
	}
	f := &folder{name: name, path: name, full: in.at(name), fd: fd}
	if err := f.look(); err != nil {
		f.close()
		return nil, err
	}
	return f, nil
}

// stateFiles lists f, in which there are real files only, and the directory sub and
// spools if it is named.
func stateFiles(f *folder, sub string) (map[string]bool, error) {
	names, err := f.names()
	if err != nil {
		return nil, err
	}
	files := make(map[string]bool, len(names))
	for _, name := range names {
		var st unix.Stat_t
		if err := f.lstat(name, &st); isAbsent(err) {
			continue // the spool of a run that has just ended
		} else if err != nil {
			return nil, err
		}
		isDir := sub != "" && (name == sub || strings.HasPrefix(name, spoolPrefix))
		if st.Mode&unix.S_IFMT != unix.S_IFREG && !isDir {
			return nil, notState(f.at(name), st.Mode)
		}
		files[name] = true
	}
	return files, nil
}

func notState(path string, mode uint32) *render.Problem {
	return inWay(path, "is "+kind(mode)+" where confit keeps its state", "remove it")
}

func (s *state) close() {
	s.stage.close()
	s.dir.close()
	s.stage, s.dir = nil, nil
}

// make creates what is missing of the state directory and an empty stage.
func (s *state) make() (err error) {
	if s.dir == nil {
		s.dir, err = makePrivate(s.top, s.name)
		if errors.Is(err, fs.ErrExist) { // by now there is another run's spool
			s.dir, err = ownFolder(s.top, s.name)
		}
		if err != nil || s.dir == nil {
			return cmp.Or(err, errno("open", s.top.at(s.name), unix.ENOENT))
		}
	} else if err := s.dir.private(s.top); err != nil {
		return err
	}
	if err := s.dropStage(); err != nil {
		return err
	}
	s.stage, err = makePrivate(s.dir, stageDir)
	return err
}

// makePrivate creates a directory that only this user can enter.
func makePrivate(in *folder, name string) (*folder, error) {
	if err := unix.Mkdirat(in.fd, name, 0o700); err != nil {
		return nil, errno("mkdir", in.at(name), err)
	}
	f, err := ownFolder(in, name)
	if f == nil {
		_ = in.unlink(name, unix.AT_REMOVEDIR) // tidy does not know of it
		return nil, cmp.Or(err, errno("open", in.at(name), unix.ENOENT))
	}
	return f, f.private(in)
}

// private sets the mode of a state directory. It hands a setgid root's group
// down, so that what is staged has the group that it would have had in place.
func (f *folder) private(in *folder) error {
	want := 0o700 | uint32(in.stat.Mode)&unix.S_ISGID
	if f.perm() == want {
		return nil
	}
	if err := unix.Fchmod(f.fd, want); err != nil {
		return errno("chmod", f.full, err)
	}
	return f.look()
}

// tidy drops what a run that never came to its commit left behind, and the state
// directory itself when it holds no manifest.
func (s *state) tidy() error {
	if s.dir == nil {
		return nil
	}
	if err := s.dropStage(); err != nil {
		return err
	}
	if err := s.dropSpools(); err != nil {
		return err
	}
	for _, name := range []string{journalNext, manifestNext, memoNext} {
		if err := s.remove(name); err != nil {
			return err
		}
	}
	if len(s.files) > 0 {
		return nil
	}
	if err := s.top.removeEmpty(s.name); err != nil {
		return err
	}
	s.close()
	return nil
}

// reopen looks at the state directory anew.
func (s *state) reopen() error {
	s.close()
	s.files = map[string]bool{}
	return s.open()
}

// stale tells whether tidy has anything to do.
func (s *state) stale() bool {
	if s.dir == nil || s.files[manifestFile] && len(s.files) == 1 {
		return false
	}
	for name := range s.files {
		if name != manifestFile && name != memoFile {
			return true
		}
	}
	return !s.files[manifestFile]
}

func (s *state) dropStage() error {
	if s.stage == nil {
		return nil
	}
	if err := s.stage.drop(s.dir); err != nil {
		return err
	}
	delete(s.files, stageDir)
	s.stage.close()
	s.stage = nil
	return nil
}
