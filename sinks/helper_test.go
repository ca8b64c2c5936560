package sinks

import (
	"context"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/sys/unix"

	"confit/render/content"
)

// files are outputs in short: path → text; a text that begins with "secret:" is
// sensitive and 0640, with "adopt:" takes over what is there.
type files map[string]string

func (fs files) outputs() []content.Output {
	var outs []content.Output
	for p, text := range fs {
		o := content.Output{Path: p, Mode: 0o644, Content: content.Plain([]byte(text))}
		if strings.HasPrefix(text, "secret:") {
			o.Mode = 0o640
			o.Content = content.Sensitive([]byte(text), []byte("MASKED\n"))
		}
		o.Adopt = strings.HasPrefix(text, "adopt:")
		outs = append(outs, o)
	}
	return outs
}

func apply(t *testing.T, dir string, outs files) Result {
	t.Helper()
	r, err := Dir{Path: dir}.Apply(context.Background(), outs.outputs())
	if err != nil {
		t.Fatalf("Apply(%v): %v", outs, err)
	}
	return r
}

func counts(r Result) [4]int { return [4]int{r.Created, r.Updated, r.Removed, r.Unchanged} }

// put makes a tree of files; a name that ends in a slash is a directory, a text
// "-> x" a symlink, a text "|" a named pipe.
func put(t *testing.T, dir string, tree files) {
	t.Helper()
	for p, text := range tree {
		name := filepath.Join(dir, p)
		must(t, os.MkdirAll(filepath.Dir(name), 0o755))
		switch {
		case strings.HasSuffix(p, "/"):
			must(t, os.MkdirAll(name, 0o755))
		case strings.HasPrefix(text, "-> "):
			must(t, os.Symlink(text[3:], name))
		case text == "|":
			must(t, unix.Mkfifo(name, 0o644))
		default:
			must(t, os.WriteFile(name, []byte(text), 0o644))
		}
	}
}

// listing reads what put wrote; of the state directory it has the names only.
func listing(t *testing.T, dir string) files {
	t.Helper()
	all := files{}
	must(t, filepath.WalkDir(dir, func(name string, e fs.DirEntry, err error) error {
		must(t, err)
		p, _ := filepath.Rel(dir, name)
		switch {
		case p == "." || strings.HasPrefix(p, statePrefix) && e.IsDir():
		case strings.HasPrefix(p, statePrefix):
			all[p] = "state"
		case e.IsDir():
			all[p+"/"] = ""
		case e.Type() == fs.ModeSymlink:
			to, _ := os.Readlink(name)
			all[p] = "-> " + to
		case e.Type() == fs.ModeNamedPipe:
			all[p] = "|"
		default:
			data, err := os.ReadFile(name)
			must(t, err)
			all[p] = string(data)
		}
		return nil
	}))
	return all
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

const stateOf = ".confit-default/manifest.json"
