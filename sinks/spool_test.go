package sinks

import (
	"context"
	"crypto/sha1"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"confit/render/content"
	"confit/render/diag"
)

// aside puts a text into the spool and makes an output of it.
func aside(t *testing.T, s *Spool, path, text string) content.Output {
	t.Helper()
	id := content.BlobID(sha1.Sum(fmt.Appendf(nil, "blob %d\x00%s", len(text), text)))
	must(t, s.Put(id, []byte(text)))
	return content.Output{Path: path, Mode: 0o640, Content: content.FromBlob(s.Blob(id, int64(len(text))), false)}
}

func stateNames(t *testing.T, dir string) []string {
	t.Helper()
	names, err := filepath.Glob(filepath.Join(dir, ".confit-default", "*"))
	must(t, err)
	for i := range names {
		names[i] = filepath.Base(names[i])
	}
	return names
}

func publishSpooled(t *testing.T, d Dir, texts files) Result {
	t.Helper()
	s := d.NewSpool()
	var outs []content.Output
	for p, text := range texts {
		outs = append(outs, aside(t, s, p, text))
	}
	r, err := d.Apply(context.Background(), outs)
	must(t, err)
	must(t, s.Close())
	return r
}

func TestSpool(t *testing.T) {
	d := Dir{Path: filepath.Join(t.TempDir(), "out")}
	texts := files{"a": "one", "b/c": "one", "b/d": "two", "e": ""}
	if r := publishSpooled(t, d, texts); counts(r) != [4]int{4, 0, 0, 0} {
		t.Errorf("the first run: %v", r)
	}
	for p, want := range texts {
		if got, err := os.ReadFile(filepath.Join(d.Path, p)); string(got) != want || err != nil {
			t.Errorf("%s = %q, %v, want %q", p, got, err, want)
		}
	}
	if r := publishSpooled(t, d, texts); counts(r) != [4]int{0, 0, 0, 4} {
		t.Errorf("the second run: %v", r)
	}
	must(t, os.WriteFile(filepath.Join(d.Path, "a"), []byte("two"), 0o640))
	if r := publishSpooled(t, d, texts); counts(r) != [4]int{0, 1, 0, 3} {
		t.Errorf("the run after a drift: %v", r)
	}
	if names := stateNames(t, d.Path); len(names) != 1 || names[0] != inventoryFile {
		t.Errorf("the state holds %v", names)
	}
}

// A spool that nothing came of leaves nothing, not even the directory it made.
func TestSpoolDropped(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "new", "out")
	s := Dir{Path: dir}.NewSpool()
	aside(t, s, "a", "text")
	must(t, s.Close())
	if _, err := os.Stat(filepath.Dir(dir)); !os.IsNotExist(err) {
		t.Errorf("the directory stays: %v", err)
	}
}

// The spool of a killed run goes with the next run; that of a living one stays.
func TestSpoolLeftBehind(t *testing.T) {
	d := Dir{Path: t.TempDir()}
	dead, alive := d.NewSpool(), d.NewSpool()
	aside(t, dead, "a", "text")
	out := aside(t, alive, "b", "text")
	must(t, dead.dir.Unlock())
	apply(t, d.Path, files{"x": "text"})
	if names := stateNames(t, d.Path); len(names) != 2 {
		t.Errorf("the state holds %v", names)
	}
	_, err := d.Apply(context.Background(), []content.Output{out, {Path: "x", Mode: 0o644, Content: content.Plain([]byte("text"))}})
	must(t, err)
	must(t, alive.Close())
	if got, _ := os.ReadFile(filepath.Join(d.Path, "b")); string(got) != "text" {
		t.Errorf("b = %q", got)
	}
}

func cacheOf(text string) func(io.Writer) {
	return func(w io.Writer) { _, _ = io.WriteString(w, text) }
}

func TestSourceCache(t *testing.T) {
	d := Dir{Path: t.TempDir()}
	outs := files{"a": "text"}.outputs()
	for _, cache := range []string{"first", "second", "second"} {
		d.SourceCache = cacheOf(cache)
		_, err := d.Apply(context.Background(), outs)
		must(t, err)
		if got := d.ReadSourceCache(); string(got) != cache {
			t.Errorf("ReadSourceCache() = %q, want %q", got, cache)
		}
	}
	for name, cache := range map[string]func(io.Writer){
		"none": nil, "too long": func(w io.Writer) {
			for range maxSourceCache>>20 + 1 {
				_, _ = w.Write(make([]byte, 1<<20))
			}
		},
	} {
		for _, text := range []string{"text", "text", "new " + name} {
			d.SourceCache = cache
			_, err := d.Apply(context.Background(), files{"a": text}.outputs())
			must(t, err)
			if names := stateNames(t, d.Path); len(names) != 1 {
				t.Errorf("%s: the state holds %v", name, names)
			}
			d.SourceCache = cacheOf("another")
			_, err = d.Apply(context.Background(), files{"a": text}.outputs())
			must(t, err)
		}
	}
	_, err := d.Apply(context.Background(), nil)
	must(t, err)
	if names := stateNames(t, d.Path); len(names) != 0 {
		t.Errorf("the state holds %v", names)
	}
}

// broken is a blob that no confit should make.
type broken struct{}

func (broken) ID() content.BlobID     { return content.BlobID{} }
func (broken) Size() int64            { return 1 }
func (broken) Bytes() ([]byte, error) { panic("hunter2") }

// A bug in a goroutine is a problem like others: no dump, no secret, nothing changed.
func TestPanicWhileStaging(t *testing.T) {
	d := Dir{Path: t.TempDir()}
	apply(t, d.Path, files{"a": "text"})
	outs := append(files{"a": "new"}.outputs(), content.Output{Path: "b", Mode: 0o644, Content: content.FromBlob(broken{}, false)})
	_, err := d.Apply(context.Background(), outs)
	all := diag.Problems(err, diag.CauseIO)
	if len(all) != 1 || all[0].Code != "bug" || strings.Contains(fmt.Sprint(all[0], all[0].Notes), "hunter2") {
		t.Errorf("Apply: %v", err)
	}
	if got, _ := os.ReadFile(filepath.Join(d.Path, "a")); string(got) != "text" {
		t.Errorf("a = %q", got)
	}
	if names := stateNames(t, d.Path); len(names) != 1 {
		t.Errorf("the state holds %v", names)
	}
}
