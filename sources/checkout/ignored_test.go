package checkout

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"confit/sources"
)

// TestIgnored holds the rules of .gitignore files against Git's own reading of them.
func TestIgnored(t *testing.T) {
	files := map[string]string{
		".gitignore":        "# made by tools\n\n*.out\n/top.yaml\nbuild/\ndocs/*.yaml\n**/cache/*.txt\nlogs/**\n!keep.out\nsp ace\ntrail  \n\\#hash\n\\!bang\n[!a]bc\r\n",
		"sub/.gitignore":    "/here.yaml\n!again.out\n",
		"kept/.gitignore":   "*\n!.gitignore\n!*.yaml\n",
		"strange/ignore.md": "",
	}
	tests := map[string]bool{
		"a.out": true, "sub/deep/a.out": true, "keep.out": false, "sub/again.out": false, "again.out": true, "a.outer": false,
		"top.yaml": true, "sub/top.yaml": false, "build/x.yaml": true, "sub/build/deep/x.yaml": true, "build.yaml": false,
		"docs/a.yaml": true, "docs/deep/a.yaml": false, "sub/docs/a.yaml": false,
		"cache/a.txt": true, "a/cache/b.txt": true, "a/cache/d/c.txt": false, "logs/a": true, "logs/c/b": true, "sub/logs/a": false,
		"sub/here.yaml": true, "sub/deep/here.yaml": false, "kept/a": true, "kept/a.yaml": false, "kept/deep/a.yaml": true,
		"sp ace": true, "trail": true, "#hash": true, "!bang": true, "xbc": true, "abc": false, "strange/x": false,
	}
	dir := t.TempDir()
	for name, text := range files {
		write(t, filepath.Join(dir, name), text)
	}
	for name := range tests {
		write(t, filepath.Join(dir, name), "")
	}
	git(t, dir, "init", "-q")
	tree, err := sources.OpenBelow(dir)
	if err != nil {
		t.Fatal(err)
	}
	f := Read(tree, ".", func(string) bool { return false })
	for name, want := range tests {
		if got := !f.Keeps(name); got != want {
			t.Errorf("%s is ignored: %v, want %v", name, got, want)
		}
		if byGit := git(t, dir, "check-ignore", "--", name) != ""; byGit != want {
			t.Errorf("%s: Git ignores it: %v, want %v", name, byGit, want)
		}
	}
	for _, x := range f.files {
		if tests[x.name] {
			t.Errorf("%s was read", x.name)
		}
	}
}

func write(t *testing.T, name, text string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(name, []byte(text+"\n"), 0o644); err != nil {
		t.Fatal(err)
	}
}

// git runs Git without the settings of the machine, and gives what it prints.
func git(t *testing.T, dir string, args ...string) string {
	t.Helper()
	cmd := exec.Command("git", args...)
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "GIT_CONFIG_GLOBAL=/dev/null", "GIT_CONFIG_SYSTEM=/dev/null", "HOME="+dir)
	out, err := cmd.Output()
	if err != nil && cmd.ProcessState.ExitCode() != 1 {
		t.Fatalf("git %s: %v", strings.Join(args, " "), err)
	}
	return string(out)
}
