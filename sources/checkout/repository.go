package checkout

import (
	"os"
	"path"
	"path/filepath"
	"strings"
)

// Top is the nearest directory from dir upwards that holds a Git repository, or dir
// where there is none.
func Top(dir string) string {
	for at := dir; at != "/"; at = path.Dir(at) {
		if Is(at) {
			return at
		}
	}
	return dir
}

// Is tells whether a directory holds a Git repository.
func Is(dir string) bool {
	_, err := os.Lstat(path.Join(dir, ".git"))
	return err == nil
}

// A Repository names files as platforms show them.
type Repository struct {
	Dir    string // in which the process was started
	Config string // the spec; "" for none
	Root   string // in place of /; "" for /
}

// Name is the name of a file relative to the top of the repository, which is what
// platforms show: the checkout of the working directory, or that of the file. It is "" for
// what is no file there: a flag, a variable, a file of a Git source.
func (r Repository) Name(name string) string {
	if name == "" || strings.HasPrefix(name, "--") || strings.HasPrefix(name, "env ") {
		return ""
	}
	at := r.absolute(r.onDisk(name))
	if strings.Contains(name, "@") {
		if _, err := os.Lstat(at); err != nil {
			return ""
		}
	}
	tops := []string{r.absolute(path.Dir(r.Config))}
	if r.Dir != "/" { // as in a container without a working directory
		tops = append([]string{r.Dir}, tops...)
	}
	for _, dir := range []string{path.Dir(at), r.Dir} {
		if top := Top(dir); Is(top) {
			tops = append([]string{top}, tops...)
		}
	}
	for _, top := range tops {
		if below, err := filepath.Rel(top, at); err == nil && filepath.IsLocal(below) {
			return below
		}
	}
	return at
}

// onDisk is the name of a file where Root stands in for /.
func (r Repository) onDisk(name string) string {
	if !path.IsAbs(name) {
		return name
	}
	return filepath.Join(r.Root, name)
}

func (r Repository) absolute(name string) string {
	if path.IsAbs(name) {
		return name
	}
	return path.Join(r.Dir, name)
}
