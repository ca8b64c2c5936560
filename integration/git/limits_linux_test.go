package git

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"runtime/debug"
	"strings"
	"syscall"
	"testing"

	"confit/integration/gitserver"
)

// A repository over a limit ends the run with 76. The error names the limit, and nothing is
// written. A time limit ends it with 69, as a server that does not answer does.
func TestGitLimits(t *testing.T) {
	w := newWorld(t)
	deep := gitserver.Tree{strings.Repeat("d/", 70) + "a": {Data: "x"}}
	for i := range 30 {
		deep[fmt.Sprintf("f%d", i)] = gitserver.File{Data: noise(i, 100<<10)}
	}
	repo := w.Repo("site.git", gitserver.Commit{Files: deep})
	s := w.https()
	w.spec(s.URL, "commit: "+repo.Hash("HEAD"))
	for name, tc := range map[string]struct {
		limits []string
		status int
		text   string
	}{
		"pack":  {[]string{"git.pack=1MiB"}, 76, "raise pack in limits: {git: {pack: …}}"},
		"file":  {[]string{"git.file=50KiB"}, 76, "raise file in limits: {git: {file: …}}"},
		"files": {[]string{"git.files=20", "git.depth=100"}, 76, "raise files in limits: {git: {files: …}}"},
		"depth": {nil, 76, "raise depth in limits: {git: {depth: …}}"},
		"time":  {[]string{"git.time=1ms", "git.depth=100"}, 69, "gave up after"},
		"none":  {[]string{"git.depth=100"}, 0, ""},
	} {
		t.Run(name, func(t *testing.T) { w.wantLimited(tc.limits, tc.status, tc.text) })
	}
	w.want(0, []string{"render", "--limit", "git.depth=100"})
	// The limits also hold for files that are already published.
	w.want(76, []string{"render", "--limit", "git.files=20", "--limit", "git.depth=100"}, "raise files")
}

// wantLimited runs with limits, and wants no outputs after a failure.
func (w *world) wantLimited(limits []string, status int, text string) {
	w.t.Helper()
	args := []string{"render"}
	for _, l := range limits {
		args = append(args, "--limit", l)
	}
	w.want(status, args, text)
	if status != 0 {
		w.wantNoOutputs()
	}
	must(w.t, os.RemoveAll(filepath.Join(w.dir, "out")))
}

// Copies of a repository of 40 MB need less memory than a small container has: most of the
// files are in the spool.
func TestGitMemory(t *testing.T) {
	w := newWorld(t)
	tree := gitserver.Tree{}
	for i := range 400 {
		tree[fmt.Sprintf("d%d/f%d", i%20, i)] = gitserver.File{Data: noise(i, 100<<10)}
	}
	repo := w.Repo("site.git", gitserver.Commit{Files: tree})
	s := w.https()
	w.spec(s.URL)
	cmd := w.command("render")
	var text bytes.Buffer
	cmd.Stderr = &text
	debug.FreeOSMemory()
	must(t, os.WriteFile("/proc/self/clear_refs", []byte("5"), 0o200)) // a child's peak begins at ours
	before := peakMemory(t)
	must(t, cmd.Run())
	peak := cmd.ProcessState.SysUsage().(*syscall.Rusage).Maxrss >> 10
	t.Logf("peak of %d MiB, this process %d MiB: %s", peak, before, &text)
	if peak >= 64 && before < 64 {
		t.Errorf("peak of %d MiB", peak)
	}
	w.wantOutputs(repo.Archive("HEAD", ""))
	w.wantState("manifest.json", "sources.json")
}

// peakMemory is that of this process in MiB.
func peakMemory(t *testing.T) (mib int) {
	t.Helper()
	status, err := os.ReadFile("/proc/self/status")
	must(t, err)
	_, after, _ := strings.Cut(string(status), "VmHWM:")
	_, err = fmt.Sscan(after, &mib)
	must(t, err)
	return mib >> 10
}

// A disk that is too small for the spool ends the run with 74 and advice, and nothing is left.
func TestGitNoSpace(t *testing.T) {
	w := newWorld(t)
	w.Repo("site.git", largeCommit(600), gitserver.Commit{Files: gitserver.Tree{"more": {Data: noise(9, 8<<20)}}})
	s := w.https()
	w.spec(s.URL)
	out := filepath.Join(w.dir, "out")
	w.mount(out, "size=4m")
	w.want(74, render, "no space left on device", "raise sizeLimit of the emptyDir", "nothing was written")
	if names, err := os.ReadDir(out); err != nil || len(names) > 0 {
		t.Errorf("left are %v, %v", names, err)
	}
}

// mount mounts a tmpfs for the rest of the test.
func (w *world) mount(dir, options string) {
	w.t.Helper()
	must(w.t, os.MkdirAll(dir, 0o755))
	if err := syscall.Mount("tmpfs", dir, "tmpfs", 0, options); err != nil {
		w.t.Fatal("mounting takes root: ", err)
	}
	w.t.Cleanup(func() { _ = syscall.Unmount(dir, syscall.MNT_DETACH) })
}

// On a read-only volume, outputs that are up to date need no network and no writing. A run
// that has to write fails with advice.
func TestGitReadOnly(t *testing.T) {
	w := newWorld(t)
	repo := w.Repo("site.git", largeCommit(700))
	s := w.https()
	out := filepath.Join(w.dir, "out")
	w.mount(out, "size=64m")
	readOnly := func(flag uintptr) {
		t.Helper()
		must(t, syscall.Mount("", out, "", syscall.MS_REMOUNT|flag, ""))
	}
	w.spec(s.URL, "commit: "+repo.Hash("HEAD"))
	readOnly(syscall.MS_RDONLY)
	w.want(74, render, "read-only file system", "readOnly: true", "nothing in out was changed")
	readOnly(0)
	w.want(0, render, "13 created")
	readOnly(syscall.MS_RDONLY)
	s.Forget()
	w.want(0, render, "0 created, 0 updated, 0 removed, 13 unchanged")
	if s.Conns() != 0 {
		t.Errorf("the server was asked %v", s.Requests())
	}
	w.spec(s.URL)
	w.want(0, render, "0 created, 0 updated, 0 removed, 13 unchanged") // a branch is asked for, and all of it is there
	w.spec(s.URL, "sensitive: true", "read: []")
	w.write("confit.yaml", strings.Replace(w.read("confit.yaml"), "copy: site:**", "{copy: 'site:**', mode: '0644'}", 1))
	w.want(74, render, "read-only file system")
	w.wantOutputs(repo.Archive("HEAD", ""))
}
