package integration

import (
	"bytes"
	"fmt"
	"io"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

// TestHostileManifests gives -f streams that somebody made to hurt. Each ends with a status of
// its own, within the memory of a small machine, and no message has the secret in it.
func TestHostileManifests(t *testing.T) {
	const secret = "hunter2hunter2"
	head := "apiVersion: v1\nkind: Secret\nmetadata: {name: s}\nstringData:\n"
	base := string(readFile(t, "testdata/findings/base.yaml"))
	for name, c := range map[string]struct {
		stream io.Reader
		status int
	}{
		"aliases of aliases":       {strings.NewReader(aliasBomb(head)), 76},
		"an alias of its own":      {strings.NewReader(head + "  a: &a\n    b: *a\n"), 65},
		"a hundred thousand":       {strings.NewReader(strings.Repeat("---\napiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\n", 100_000)), 76},
		"a gigabyte of base64":     {io.MultiReader(strings.NewReader("apiVersion: v1\nkind: Secret\nmetadata: {name: s}\ndata:\n  k: "), io.LimitReader(letters{}, 1<<30)), 76},
		"deep lists":               {strings.NewReader(head + "  k: " + strings.Repeat("[", 100_000)), 65},
		"a path out of the volume": {strings.NewReader(strings.Replace(base, "              - path: labels", "              - path: ../../etc/labels", 1)), 65},
		"a path to the root":       {strings.NewReader(strings.Replace(base, "              - path: labels", "              - path: /etc/labels", 1)), 65},
		"a secret for base64":      {strings.NewReader(strings.Replace(base, "  user: d2Vi", "  user: \""+secret+"!\"", 1)), 65},
		"a secret for YAML":        {strings.NewReader(strings.Replace(base, "  user: d2Vi", "  user: *"+secret, 1)), 65},
		"a secret for a tag":       {strings.NewReader(strings.Replace(base, "  user: d2Vi", "  user: !"+secret+" [", 1)), 65},
		"a secret for a map":       {strings.NewReader(strings.Replace(base, "  user: d2Vi", "  user: {"+secret+": x}", 1)), 65},
		"not UTF-8":                {strings.NewReader(head + "  k: \"\xff" + secret + "\"\n"), 65},
		"JSON that breaks off":     {strings.NewReader(`{"apiVersion":"v1","kind":"Secret","data":{"k":"` + secret), 65},
		"lists in lists":           {strings.NewReader(strings.Repeat("{apiVersion: v1, kind: List, items: [", 30) + strings.Repeat("]}", 30)), 65},
	} {
		t.Run(name, func(t *testing.T) {
			cmd := exec.Command(filepath.Join(bin, "confit"), "validate", "-f", "-")
			cmd.Dir, cmd.Stdin = t.TempDir(), c.stream
			var out bytes.Buffer
			cmd.Stdout, cmd.Stderr = &out, &out
			_ = cmd.Run()
			if got := cmd.ProcessState.ExitCode(); got != c.status {
				t.Errorf("status %d, want %d\n%.2000s", got, c.status, out.String())
			}
			if strings.Contains(out.String(), secret) {
				t.Errorf("the secret is in\n%.2000s", out.String())
			}
			const most = 600 << 10 // KiB
			if rss := cmd.ProcessState.SysUsage().(*syscall.Rusage).Maxrss; rss > most {
				t.Errorf("takes %d MiB", rss>>10)
			}
		})
	}
}

// aliasBomb doubles a list forty times.
func aliasBomb(head string) string {
	var b strings.Builder
	b.WriteString(head + "  a0: &a0 [x]\n")
	for i := range 40 {
		fmt.Fprintf(&b, "  a%d: &a%d [*a%d, *a%d]\n", i+1, i+1, i, i)
	}
	return b.String()
}

// letters reads the letter A without end.
type letters struct{}

func (letters) Read(p []byte) (int, error) {
	for i := range p {
		p[i] = 'A'
	}
	return len(p), nil
}
