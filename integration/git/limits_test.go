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

// What is beyond a limit of a Git source ends with 76, names the limit, and leaves nothing;
// time that runs out is a remote that did not answer.
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
		t.Run(name, func(t *testing.T) { w.limited(tc.limits, tc.status, tc.text) })
	}
	w.want(0, []string{"render", "--limit", "git.depth=100"})
	// What is remembered is held to the limits, too.
	w.want(76, []string{"render", "--limit", "git.files=20", "--limit", "git.depth=100"}, "raise files")
}

// limited runs with limits, and wants nothing there after a failure.
func (w *world) limited(limits []string, status int, text string) {
	w.t.Helper()
	args := []string{"render"}
	for _, l := range limits {
		args = append(args, "--limit", l)
	}
	w.want(status, args, text)
	if status != 0 {
		w.nothing()
	}
	must(w.t, os.RemoveAll(filepath.Join(w.dir, "out")))
}

// A repository of 40 MB takes less memory than that of a small container, for files that
// are copied: most of it is put aside.
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
	before := peakOf(t)
	must(t, cmd.Run())
	peak := cmd.ProcessState.SysUsage().(*syscall.Rusage).Maxrss >> 10
	t.Logf("peak of %d MiB, this process %d MiB: %s", peak, before, &text)
	if peak >= 64 && before < 64 {
		t.Errorf("peak of %d MiB", peak)
	}
	w.same(repo.Archive("HEAD", ""))
	w.holds("manifest.json", "sources.json")
}

// peakOf is the peak of this process in MiB.
func peakOf(t *testing.T) (mib int) {
	t.Helper()
	status, err := os.ReadFile("/proc/self/status")
	must(t, err)
	_, after, _ := strings.Cut(string(status), "VmHWM:")
	_, err = fmt.Sscan(after, &mib)
	must(t, err)
	return mib >> 10
}

// A full disk while files are put aside ends with 74 and the advice to make room, and leaves
// nothing behind.
func TestGitNoSpace(t *testing.T) {
	w := newWorld(t)
	w.Repo("site.git", heavy(600), gitserver.Commit{Files: gitserver.Tree{"more": {Data: noise(9, 8<<20)}}})
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

// What is pinned and published needs neither network nor a place to write to; what is not
// there says what stands in the way.
func TestGitReadOnly(t *testing.T) {
	w := newWorld(t)
	repo := w.Repo("site.git", heavy(700))
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
	w.same(repo.Archive("HEAD", ""))
}
