package sinks

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"confit/render/content"
)

func TestDiff(t *testing.T) {
	dir := t.TempDir()
	put(t, dir, files{"theirs": "hunter2\n"})
	must(t, os.Chmod(filepath.Join(dir, "theirs"), 0o600))
	apply(t, dir, files{
		"app.conf": "a\nb\nc\n", "bin": "\x00old", "gone": "bye\n", "mode": "m\n", "same": "s\n",
		"s1": "secret: one\n", "s2": "secret: two\n", "was-plain": "hunter2\n", "esc": "x\n", "drift": "d\n",
	})
	must(t, os.Chmod(filepath.Join(dir, "mode"), 0o600))
	must(t, os.WriteFile(filepath.Join(dir, "drift"), []byte("e\n"), 0o644))
	outs := files{
		"app.conf": "a\nB\nc\n", "bin": "\x00new", "mode": "m\n", "same": "s\n", "new/file": "hello",
		"s1": "secret: other\n", "was-plain": "secret: x\n", "esc": "\x1b[31m\u202ex\n", "drift": "d\n", "empty": "",
	}.outputs()
	outs = append(outs,
		content.Output{Path: "s2", Mode: 0o600, Content: content.Sensitive([]byte("secret: hunter2"), []byte("x MASKED\n"))},
		content.Output{Path: "theirs", Mode: 0o644, Content: content.Plain([]byte("ours\n")), Adopt: true})
	before := identity(t, dir)
	p, err := Dir{Path: dir}.Plan(outs)
	must(t, err)
	var b bytes.Buffer
	must(t, p.Diff(&b, false))
	want, err := os.ReadFile("testdata/diff.txt")
	if err != nil || b.String() != string(want) {
		t.Errorf("Diff gives\n%s\nwant\n%s", b.String(), want)
	}
	for p, is := range identity(t, dir) {
		if before[p] != is {
			t.Errorf("Plan changed %s", p)
		}
	}
	b.Reset()
	must(t, p.Diff(&b, true))
	if !strings.Contains(b.String(), "\x1b[32m+B\x1b[m\n") || !strings.Contains(b.String(), "\x1b[1m--- a/app.conf\x1b[m\n") {
		t.Errorf("no colours in %q", b.String())
	}
}

func TestPlanWithoutDirectory(t *testing.T) {
	p, err := Dir{Path: filepath.Join(t.TempDir(), "none")}.Plan(files{"a": "1"}.outputs())
	must(t, err)
	var b bytes.Buffer
	must(t, p.Diff(&b, false))
	if want := "diff a/a b/a\nnew file mode 0644\n--- /dev/null\n+++ b/a\n@@ -0,0 +1,1 @@\n+1\n\\ No newline at end of file\n"; b.String() != want {
		t.Errorf("Diff gives %q, want %q", b.String(), want)
	}
}

func TestPrint(t *testing.T) {
	one := []Named{{"s", files{"s": "secret: x"}.outputs()[0].Content}}
	two := append(one, Named{"b", content.Plain([]byte("text"))})
	for name, tc := range map[string]struct {
		outs    []Named
		headers bool
		secrets bool
		want    string
	}{
		"one":    {one, false, true, "secret: x"},
		"masked": {one, false, false, "MASKED\n"},
		"two":    {two, true, false, "# s\nMASKED\n# b\ntext\n"},
	} {
		t.Run(name, func(t *testing.T) {
			var b bytes.Buffer
			must(t, Print(&b, tc.outs, tc.headers, tc.secrets))
			if b.String() != tc.want {
				t.Errorf("Print gives %q, want %q", b.String(), tc.want)
			}
		})
	}
}
