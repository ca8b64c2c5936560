package dirfd

import (
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
)

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// open makes a directory with the files of names, and opens it.
func open(t *testing.T, names ...string) *Tree {
	t.Helper()
	dir := t.TempDir()
	for _, name := range names {
		must(t, os.MkdirAll(filepath.Dir(filepath.Join(dir, name)), 0o755))
		must(t, os.WriteFile(filepath.Join(dir, name), []byte(name), 0o644))
	}
	tree, err := Open(dir)
	must(t, err)
	t.Cleanup(tree.Close)
	return tree
}

func TestDir(t *testing.T) {
	tree := open(t, "a/b/c", "a/d", "e/f")
	for _, path := range []string{"a/b", "a", ".", "e", "a/b"} {
		d, err := tree.Dir(path)
		must(t, err)
		if d.Path != path || !d.Stat.IsDir() || d.Full != filepath.Join(tree.Top().Full, path) {
			t.Errorf("Dir(%q) = %q, %q, %o", path, d.Path, d.Full, d.Stat.Mode)
		}
	}
	if _, err := tree.Dir("a/none/c"); !Absent(err) || tree.Deepest().Path != "a" {
		t.Errorf("a name that is not there: %v, deepest %q", err, tree.Deepest().Path)
	}
	if _, err := tree.Dir("a/d/c"); !NotDir(err) {
		t.Errorf("a file in the path: %v", err)
	}
}

// TestNoLinks follows a symlink by no method.
func TestNoLinks(t *testing.T) {
	tree := open(t, "in/x", "a")
	top := tree.Top()
	must(t, os.Symlink("in", top.At("dir")))
	must(t, os.Symlink("a", top.At("file")))
	_, err := tree.Dir("dir")
	if !NotDir(err) {
		t.Errorf("Dir: %v", err)
	}
	if _, err = top.OpenDir("dir"); !NotDir(err) {
		t.Errorf("OpenDir: %v", err)
	}
	if _, err = top.OpenFile("file"); !NotDir(err) {
		t.Errorf("OpenFile: %v", err)
	}
	if err = top.ChmodDir("dir", 0o700); !NotDir(err) {
		t.Errorf("ChmodDir: %v", err)
	}
	if err = top.WriteFile("file", nil, 0o644, false); !errors.Is(err, fs.ErrExist) {
		t.Errorf("WriteFile: %v", err)
	}
	if st, err := top.Lstat("file"); err != nil || !st.IsLink() || st.Kind() != "a symlink" {
		t.Errorf("Lstat: %v, %v", st.Kind(), err)
	}
}

// TestMoved goes on in a directory that was renamed, and not in the one that has its name.
func TestMoved(t *testing.T) {
	tree := open(t, "a/old")
	d, err := tree.Top().OpenDir("a")
	must(t, err)
	defer d.Close()
	must(t, os.Rename(d.Full, d.Full+".moved"))
	must(t, os.Mkdir(d.Full, 0o755))
	must(t, d.WriteFile("new", []byte("text"), 0o600, true))
	if names, err := d.Names(); err != nil || len(names) != 2 {
		t.Errorf("Names() = %v, %v", names, err)
	}
	if left, err := os.ReadDir(d.Full); err != nil || len(left) > 0 {
		t.Errorf("the new directory holds %v, %v", left, err)
	}
}

// TestRemoved removes an open directory.
func TestRemoved(t *testing.T) {
	tree := open(t)
	for _, want := range []bool{false, true} {
		if got, err := tree.Top().Removed(); got != want || err != nil {
			t.Errorf("Removed() = %v, %v, want %v", got, err, want)
		}
		must(t, os.RemoveAll(tree.Top().Full))
	}
}

func TestWriteFile(t *testing.T) {
	defer syscall.Umask(syscall.Umask(0o077))
	top := open(t).Top()
	for _, name := range []string{"a", "b", "c"} {
		must(t, top.WriteFile(name, []byte("text"), 0o644, false))
		f, err := top.OpenFile(name)
		must(t, err)
		text, err := io.ReadAll(f)
		must(t, err)
		st, err := f.Stat()
		if must(t, f.Close()); err != nil || st.Perm() != 0o644 || string(text) != "text" || st.Size != 4 {
			t.Errorf("%s: mode %o, %q, %v", name, st.Perm(), text, err)
		}
	}
}

func TestRename(t *testing.T) {
	top := open(t, "a", "b").Top()
	if err := top.RenameNoReplace("a", top, "b"); !errors.Is(err, fs.ErrExist) {
		t.Errorf("RenameNoReplace to a name in use: %v", err)
	}
	must(t, top.RenameNoReplace("a", top, "c"))
	must(t, top.Link("c", top, "d"))
	must(t, top.Rename("c", top, "b"))
	must(t, top.Remove("none"))
	must(t, top.Mkdir("dir"))
	must(t, top.WriteFile("e", nil, 0o600, false))
	must(t, top.RemoveEmpty("e")) // none
	names, err := top.Names()
	must(t, err)
	if slices.Sort(names); strings.Join(names, " ") != "b d dir e" {
		t.Errorf("the directory holds %v", names)
	}
}

func TestLock(t *testing.T) {
	tree := open(t)
	other, err := Open(tree.Top().Full)
	must(t, err)
	defer other.Close()
	for _, step := range []struct {
		dir         *Dir
		alone, free bool
	}{{tree.Top(), true, true}, {other.Top(), false, false}, {tree.Top(), false, true}, {other.Top(), false, true}, {other.Top(), true, false}} {
		if free, err := step.dir.TryLock(step.alone); free != step.free || err != nil {
			t.Errorf("TryLock(%v) = %v, %v, want %v", step.alone, free, err, step.free)
		}
	}
}

func TestLacks(t *testing.T) {
	top := open(t, "a").Top()
	for range 20 {
		for _, name := range []string{"a", "A", "\u00e4"} {
			if top.Lacks(name) {
				t.Fatalf("Lacks(%s) where a is", name)
			}
		}
	}
	if !top.Lacks("b") {
		t.Error("one listing does not answer for b")
	}
}
