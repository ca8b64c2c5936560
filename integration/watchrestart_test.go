package integration

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"confit/integration/harness"
)

// watcher is the sidecar of examples/watch-restart.
const watcher = "watch-config"

// An application that cannot reload starts anew once its files have changed. The watcher ends,
// and the kubelet runs the init container again, and then the rest. A broken template, and a
// change that no file shows, restart nothing.
func TestWatchRestart(t *testing.T) {
	t.Parallel()
	const container = "application"
	m := example(t, "watch-restart")
	change := func(key, old, replacement string) { t.Helper(); editMap(t, m, "watch-restart", key, old, replacement) }
	change("confit.yaml", "exit: 88", "exit: 88\n  interval: 100ms")
	change("httpd.conf.tmpl", "I:", "# {{ repeat 100000 .Values.app.TITLE }}\nI:") // too long to be written at once
	p := startPod(t, m)
	p.Shows("<p>Hello</p>")
	pid, err := p.PID(container)
	must(t, err)

	change("httpd.conf.tmpl", ".Values.page", ".Values.paeg")
	must(t, p.Sync())
	harness.Await(t, "a failed round", func() (bool, error) {
		log, err := p.Log(watcher)
		return strings.Contains(log, "no value for .Values.paeg"), err
	})
	change("httpd.conf.tmpl", ".Values.paeg", ".Values.page")
	change("app.yaml", "# What the page says.", "#   What the page says .")
	must(t, p.Sync())
	goesOn(t, p, "Hello\n")
	if now, err := p.PID(container); err != nil || now != pid {
		t.Errorf("the application was process %d and is %d, %v", pid, now, err)
	}

	whole := record(t, p.VolumeDir(configDir))
	change("app.yaml", "Hello", "Goodbye")
	must(t, p.Sync())
	harness.Await(t, "a restart", func() (bool, error) { return p.Follow(t.Context()) })
	p.Shows("<p>Goodbye</p>")
	whole()
	goesOn(t, p, "Hello\nGoodbye\n")
	p.Ran(initConfig, "2 created, 0 updated, 0 removed, 0 unchanged", "0 created, 2 updated, 0 removed, 0 unchanged")
	log, err := p.Log(watcher)
	if want := "app.env, httpd.conf would change: the watcher ends with status 88"; err != nil || strings.Count(log, want) != 1 {
		t.Errorf("log = %q, %v, want %q once", log, err, want)
	}
}

// goesOn waits until the last round of the watcher was a good one. It fails if that has restarted
// anything, or the application has had other starts than those: the title at each.
func goesOn(t *testing.T, p *harness.Pod, starts string) {
	t.Helper()
	harness.Await(t, "a good round", func() (bool, error) {
		text, err := p.Exec(t.Context(), watcher, "/confit", "watch", "-c", "/config-in/confit.yaml", "--check")
		if s, _ := p.State(t.Context(), watcher); s.Running {
			err = nil // no round has ended yet
		}
		return text == "well\n", err
	})
	if restarted, err := p.Follow(t.Context()); err != nil || restarted {
		t.Errorf("Follow = %v, %v, want nothing restarted", restarted, err)
	}
	if got := string(readFile(t, filepath.Join(p.VolumeDir("state"), "starts"))); got != starts {
		t.Errorf("the application notes the starts %q, want %q", got, starts)
	}
}

// contents are the published files of a directory.
func contents(t *testing.T, dir string) map[string]string {
	t.Helper()
	names, err := filepath.Glob(filepath.Join(dir, "[^.]*"))
	must(t, err)
	files := map[string]string{}
	for _, name := range names {
		files[filepath.Base(name)] = string(readFile(t, name))
	}
	return files
}

// record reads the files of a directory again and again, until the function that it returns is
// called. That fails if a file had any content but the first and the last one.
func record(t *testing.T, dir string) (stop func()) {
	t.Helper()
	before := contents(t, dir)
	seen := map[string]map[string]bool{}
	for file := range before {
		seen[file] = map[string]bool{}
	}
	end, ended := make(chan struct{}), make(chan struct{})
	look := time.NewTicker(time.Millisecond)
	go func() {
		defer close(ended)
		for {
			for file, texts := range seen {
				text, _ := os.ReadFile(filepath.Join(dir, file)) // an absent one has no content
				texts[string(text)] = true
			}
			select {
			case <-end:
				return
			case <-look.C:
			}
		}
	}()
	return func() {
		t.Helper()
		look.Stop()
		close(end)
		<-ended
		after := contents(t, dir)
		for file, texts := range seen {
			delete(texts, before[file])
			delete(texts, after[file])
			for text := range texts {
				t.Errorf("%s was seen with %d bytes, which are neither its first nor its last ones", file, len(text))
			}
		}
	}
}
