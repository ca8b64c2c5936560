package sinks

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strings"

	"confit/render/diag"
	"confit/sinks/dirfd"
)

// The names in a state directory. A file that ends in .next is not in force yet.
const (
	inventoryFile = "manifest.json"
	inventoryNext = inventoryFile + nextSuffix
	journalFile   = "journal.json"
	journalNext   = journalFile + nextSuffix
	cacheFile     = "sources.json"
	cacheNext     = cacheFile + nextSuffix
	nextSuffix    = ".next"
	stageDir      = "stage"
)

// A state is the directory .confit-NAME inside an output directory. It holds the inventory
// of the files that the spec NAME wrote, and the stage of those that it will write.
type state struct {
	top   *dirfd.Dir
	name  string          // .confit-NAME
	dir   *dirfd.Dir      // nil while there is none
	stage *dirfd.Dir      // nil while there is none
	files map[string]bool // the names in dir

	memory int64 // that may be taken to read the files; 0 is no limit
}

// openState opens the state directory of a spec, if there is one, and checks that it is
// this user's and holds nothing but real files.
func openState(t *dirfd.Tree, spec string, memory int64) (*state, error) {
	s := &state{top: t.Top(), name: statePrefix + spec, files: map[string]bool{}, memory: memory}
	err := s.open()
	if err != nil {
		s.close()
	}
	return s, err
}

func (s *state) open() (err error) {
	if s.dir, err = ownDir(s.top, s.name); s.dir == nil {
		return err
	}
	if s.files, err = stateFiles(s.dir, stageDir); err != nil || !s.files[stageDir] {
		return err
	}
	if s.stage, err = ownDir(s.dir, stageDir); s.stage == nil {
		return err
	}
	_, err = stateFiles(s.stage, "")
	return err
}

// ownDir opens a directory that the effective user owns; nil if there is none. It checks the
// open directory, as another directory can take its name at any time.
func ownDir(in *dirfd.Dir, name string) (*dirfd.Dir, error) {
	f, err := in.OpenDir(name)
	if dirfd.Absent(err) {
		return nil, nil
	} else if err != nil {
		return nil, notOpened(in, name, err)
	}
	if err := checkOwner(f.Full, f.Stat); err != nil {
		f.Close()
		return nil, err
	}
	return f, nil
}

// notOpened explains why a state directory could not be opened.
func notOpened(in *dirfd.Dir, name string, err error) error {
	st, e := in.Lstat(name)
	switch {
	case e != nil:
		return err
	case !st.IsDir():
		return notState(in.At(name), st)
	}
	return cmp.Or(checkOwner(in.At(name), st), err)
}

// checkOwner refuses a file or directory of the state that the effective user does not own.
func checkOwner(path string, st dirfd.Stat) error {
	if int(st.UID) == os.Geteuid() {
		return nil
	}
	return inWay(path, "belongs to another user", sameUser(st.UID)+fmt.Sprintf("; if the user of the pod has changed, chown -R %d the volume, "+
		"or remove %s and set `overwrite: true` on the outputs once; two specs need a `name:` each", os.Geteuid(), diag.Quoted(path)))
}

// fixedOwner is the problem of a volume that shows what this run has just made as another
// user's: which files are confit's own cannot be told there.
func fixedOwner(dir string, uid uint32) *diag.Problem {
	run := ""
	if uid != 0 {
		run = fmt.Sprintf("run as that user with securityContext: {runAsUser: %d}, or ", uid)
	}
	return inWay(dir, fmt.Sprintf("is on a volume that shows every file as user %d, whoever wrote it", uid), fmt.Sprintf(
		"%smount it for user %d: mountOptions: [uid=%[2]d] for SMB, Azure Files and blobfuse, an access point with that POSIX user for EFS, an export without all_squash and root_squash for NFS", run, os.Geteuid()))
}

// stateFiles lists f and checks that it holds regular files only. Where sub is not empty, f
// may also hold the directory sub and spools.
func stateFiles(f *dirfd.Dir, sub string) (map[string]bool, error) {
	names, err := f.Names()
	if err != nil {
		return nil, err
	}
	files := make(map[string]bool, len(names))
	for _, name := range names {
		st, err := f.Lstat(name)
		if dirfd.Absent(err) {
			continue // the spool of a run that has just ended
		} else if err != nil {
			return nil, err
		}
		isDir := sub != "" && (name == sub || strings.HasPrefix(name, spoolPrefix))
		if !st.IsFile() && !isDir {
			return nil, notState(f.At(name), st)
		}
		files[name] = true
	}
	return files, nil
}

func notState(path string, st dirfd.Stat) *diag.Problem {
	return inWay(path, "is "+st.Kind()+" where confit keeps its state", "remove it")
}

func (s *state) close() {
	s.stage.Close()
	s.dir.Close()
	s.stage, s.dir = nil, nil
}

// create makes what is missing of the state directory, and an empty stage.
func (s *state) create() (err error) {
	if s.dir == nil {
		s.dir, err = makePrivate(s.top, s.name)
		if errors.Is(err, fs.ErrExist) { // another run has just made it for its spool
			s.dir, err = ownDir(s.top, s.name)
		}
		if err != nil || s.dir == nil {
			return cmp.Or(err, removedMeanwhile(s.top, s.name))
		}
	} else if err := setPrivate(s.top, s.dir); err != nil {
		return err
	}
	if err := s.dropStage(); err != nil {
		return err
	}
	s.stage, err = makePrivate(s.dir, stageDir)
	return err
}

// makePrivate creates a directory that only this user can enter.
func makePrivate(in *dirfd.Dir, name string) (*dirfd.Dir, error) {
	if err := in.Mkdir(name); err != nil {
		return nil, err
	}
	f, err := ownDir(in, name)
	if st, e := in.Lstat(name); f == nil && e == nil && st.IsDir() && int(st.UID) != os.Geteuid() {
		err = fixedOwner(in.Full, st.UID)
	}
	if f == nil {
		_ = in.RemoveDir(name) // cleanUp does not know of it
		return nil, cmp.Or(err, removedMeanwhile(in, name))
	}
	return f, setPrivate(in, f)
}

// removedMeanwhile is the error of a directory that another run has just removed.
func removedMeanwhile(in *dirfd.Dir, name string) error {
	return &fs.PathError{Op: "open", Path: in.At(name), Err: fs.ErrNotExist}
}

// setPrivate lets only this user into a state directory. A setgid bit of the top stays, so
// staged files get the group that they would get in their place.
func setPrivate(in, f *dirfd.Dir) error { return f.SetMode(0o700 | in.Stat.Setgid()) }

// cleanUp removes the leftovers of runs that ended before their commit, and the state
// directory itself where it holds no inventory.
func (s *state) cleanUp() error {
	if s.dir == nil {
		return nil
	}
	if err := s.dropStage(); err != nil {
		return err
	}
	if err := s.dropSpools(); err != nil {
		return err
	}
	stale := []string{journalNext, inventoryNext, cacheNext, receiptNext}
	if !s.files[inventoryFile] {
		stale = append(stale, receiptFile) // of no file
	}
	for _, name := range stale {
		if err := s.remove(name); err != nil {
			return err
		}
	}
	if len(s.files) > 0 {
		return nil
	}
	if err := s.top.RemoveEmpty(s.name); err != nil {
		return err
	}
	s.close()
	return nil
}

// reopen opens the state directory again, as it is now.
func (s *state) reopen() error {
	s.close()
	s.files = map[string]bool{}
	return s.open()
}

// hasLeftovers tells whether cleanUp would remove anything.
func (s *state) hasLeftovers() bool {
	if s.dir == nil || s.files[inventoryFile] && len(s.files) == 1 {
		return false
	}
	for name := range s.files {
		if name != inventoryFile && name != cacheFile && name != receiptFile {
			return true
		}
	}
	return !s.files[inventoryFile]
}

func (s *state) dropStage() error {
	if s.stage == nil {
		return nil
	}
	if err := removeWithFiles(s.dir, s.stage); err != nil {
		return err
	}
	delete(s.files, stageDir)
	s.stage.Close()
	s.stage = nil
	return nil
}
