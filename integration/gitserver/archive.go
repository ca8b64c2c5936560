package gitserver

import (
	"archive/tar"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strings"
)

// Archive is what git archive has of a folder of a revision, byte for byte as it
// was committed. The folder "" is the root; paths are relative to it. Submodules
// are not in it.
func (r *Repo) Archive(rev, folder string) (Tree, error) {
	out, err := r.git(nil, "archive", "--format=tar", rev+":"+folder)
	if err != nil {
		return nil, err
	}
	tree := Tree{}
	for t := tar.NewReader(strings.NewReader(out)); ; {
		h, err := t.Next()
		if errors.Is(err, io.EOF) {
			return tree, nil
		}
		if err != nil {
			return nil, err
		}
		data, err := io.ReadAll(t)
		if err != nil {
			return nil, err
		}
		switch {
		case h.Typeflag == tar.TypeSymlink:
			tree[h.Name] = File{h.Linkname, Symlink}
		case h.Typeflag == tar.TypeReg:
			tree[h.Name] = File{string(data), permissions(h.FileInfo())}
		}
	}
}

// ReadDir is the files below dir, to hold against an Archive or to commit. Names
// in dir itself that match one of the patterns of path.Match are skipped.
func ReadDir(dir string, skip ...string) (Tree, error) {
	tree := Tree{}
	err := filepath.WalkDir(dir, func(name string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		rel, err := filepath.Rel(dir, name)
		if err != nil {
			return err
		}
		for _, pattern := range skip {
			ok, err := path.Match(pattern, rel)
			switch {
			case err != nil:
				return err
			case ok && d.IsDir():
				return fs.SkipDir
			case ok:
				return nil
			}
		}
		if !d.IsDir() {
			tree[filepath.ToSlash(rel)], err = readFile(name, d)
		}
		return err
	})
	return tree, err
}

func readFile(name string, d fs.DirEntry) (File, error) {
	switch d.Type() {
	case fs.ModeSymlink:
		target, err := os.Readlink(name)
		return File{target, Symlink}, err
	case 0:
		info, err := d.Info()
		if err != nil {
			return File{}, err
		}
		data, err := os.ReadFile(name)
		return File{string(data), permissions(info)}, err
	}
	return File{}, fmt.Errorf("%s: neither a file nor a symlink", name)
}

func permissions(info fs.FileInfo) Mode {
	if info.Mode()&0o100 != 0 {
		return Executable
	}
	return Regular
}
