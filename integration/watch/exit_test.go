package watch

import (
	"strings"
	"testing"
)

// With exit: the watcher writes nothing. It ends with the status once the result differs from
// what is published, and not for what fails to render.
func TestExit(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.spec(onePort)
	w.port("1")
	if status, text := w.confit("render", "-c", "spec/confit.yaml"); status != 0 {
		t.Fatal(text)
	}
	before := w.files()
	r := w.watch("--exit", "88")
	r.says(1, "watching")
	w.port("")
	r.says(1, "no value for .Values.port")
	w.port("1")
	r.await("a good look again", func() bool {
		_, text := w.confit("watch", "-c", "spec/confit.yaml", "--check")
		return text == "well\n"
	})
	w.port("2")
	r.ends(88)
	if !strings.Contains(r.said(), "a.conf would change: the watcher ends with status 88") {
		t.Errorf("it says %q", r.said())
	}
	if after := w.files(); after != before {
		t.Errorf("the files are\n%s\nand were\n%s", after, before)
	}

	// The init container has read what was there before the last change.
	r = w.watch("--exit", "88")
	r.ends(88)
	if !strings.Contains(r.said(), "this was the first look") {
		t.Errorf("it says %q", r.said())
	}
	if status, text := w.confit("render", "-c", "spec/confit.yaml"); status != 0 {
		t.Fatal(text)
	}
	r = w.watch("--exit", "88")
	r.says(1, "watching")
}

// Where nothing is published, no restart would help.
func TestExitWithoutInit(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.spec(onePort + "watch: {exit: 88}\n")
	w.port("1")
	r := w.watch()
	r.says(1, "let an init container run confit render with the same spec first")
	if status, text := w.confit("render", "-c", "spec/confit.yaml"); status != 0 {
		t.Fatal(text)
	}
	w.port("1")
	r.says(1, "watching")
}
