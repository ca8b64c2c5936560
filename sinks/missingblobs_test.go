package sinks

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"confit/render/content"
)

var errAbsent = errors.New("the content was read")

// An absent is content that cannot be read.
type absent string

func (b absent) ID() content.BlobID {
	id, _ := blobID(strings.NewReader(string(b)), b.Size(), make([]byte, 100))
	return id
}
func (b absent) Size() int64            { return int64(len(b)) }
func (b absent) Bytes() ([]byte, error) { return nil, errAbsent }

// MissingBlobs finds the contents that publishing would read: those of files that are not there
// or have other bytes. Files that lie in their place are not read again, and those with
// another mode get theirs back.
func TestMissingBlobs(t *testing.T) {
	const n = 100 // enough for several readers
	dir := t.TempDir()
	there, outs := files{}, []content.Output{}
	for i := range n {
		name := "d/" + strconv.Itoa(i)
		there[name] = "text " + name
		outs = append(outs, content.Output{Path: name, Mode: 0o644, Content: content.FromBlob(absent("text "+name), false)})
	}
	apply(t, dir, there)
	all := func(content.Blob) bool { return true }
	missing := func() int {
		d := Dir{Path: dir}
		return len(d.MissingBlobs(outs, all))
	}
	d := Dir{Path: dir}
	if got := d.MissingBlobs(outs, all); got != nil {
		t.Fatalf("missing are %d contents", len(got))
	}
	if r, err := d.Apply(context.Background(), outs); err != nil || r.Unchanged != n {
		t.Errorf("Apply: %v, %v", r, err)
	}
	for what, harm := range map[string]func(name string) error{
		"removed": os.Remove,
		"changed": func(name string) error { return os.WriteFile(name, []byte("TEXT d/7"), 0o644) },
	} {
		must(t, harm(filepath.Join(dir, "d/7")))
		if got := missing(); got != 1 {
			t.Errorf("%s: missing are %d contents, want 1", what, got)
		}
		if _, err := d.Apply(context.Background(), outs); !errors.Is(err, errAbsent) { // it was seen before
			t.Errorf("%s: Apply: %v", what, err)
		}
		must(t, os.RemoveAll(filepath.Join(dir, "d/7")))
		must(t, os.WriteFile(filepath.Join(dir, "d/7"), []byte("text d/7"), 0o644))
	}
	for _, mode := range []os.FileMode{0o600, 0o664, 0o777 | os.ModeSetuid} {
		must(t, os.Chmod(filepath.Join(dir, "d/7"), mode))
		if got := missing(); got != 0 {
			t.Errorf("%v: missing are %d contents, want none", mode, got)
		}
		if r, err := d.Apply(context.Background(), outs); err != nil || r.Updated != 1 || r.Unchanged != n-1 {
			t.Errorf("%v: Apply: %v, %v, want one update", mode, r, err)
		}
		if info, err := os.Stat(filepath.Join(dir, "d/7")); err != nil || info.Mode() != 0o644 {
			t.Errorf("%v: the mode is %v, %v", mode, info.Mode(), err)
		}
	}
	put(t, dir, files{"d/8": "text d/8"})
	must(t, os.Remove(filepath.Join(dir, "d/8")))
	put(t, dir, files{"d/8": "-> 7"})
	if got := missing(); got != 0 {
		t.Errorf("missing are %d contents where a link is in the way, want 0", got)
	}
	must(t, os.RemoveAll(dir))
	if got := missing(); got != n {
		t.Errorf("missing are %d contents of a directory that is not there, want %d", got, n)
	}
}
