package sinks

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"confit/render/content"
	"confit/sinks/dirfd"
)

// A volume that keeps no modes is told by the mode of a staged file. A secret that others
// could read there is an error, and everything else a notice.
func TestCheckModes(t *testing.T) {
	for name, tc := range map[string]struct {
		shown  os.FileMode // of the staged file
		mode   os.FileMode // of the output
		secret bool
		err    string
		notice string
	}{
		"kept":                 {0o640, 0o640, true, "", ""},
		"wider, secret":        {0o777, 0o640, true, "keeps no modes: a holds a secret and would be 0777, and not 0640", ""},
		"wider":                {0o777, 0o644, false, "", "its files are 0777 where 0644 was set"},
		"narrower, secret":     {0o600, 0o640, true, "", "its files are 0600 where 0640 was set"},
		"accepted":             {0o777, 0o777, true, "", ""},
		"owner alone, by name": {0o750, 0o640, true, "would be 0750", ""},
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			tree, err := dirfd.Open(dir)
			must(t, err)
			defer tree.Close()
			s, err := openState(tree, "default", 0)
			must(t, err)
			defer s.close()
			must(t, s.create())
			staged := filepath.Join(dir, ".confit-default/stage/0")
			must(t, os.WriteFile(staged, []byte("x"), 0o600))
			must(t, os.Chmod(staged, tc.shown)) // as such a volume would
			out := content.Output{Path: "a", Mode: tc.mode, Content: content.Plain([]byte("x"))}
			if tc.secret {
				out.Content = content.Sensitive([]byte("x"), []byte("MASKED"))
			}
			p := &Plan{ops: []op{{Do: doWrite, Path: "a", New: true, out: &out}}}
			err = Dir{Path: dir}.checkModes(s, p)
			if tc.err == "" && err != nil || tc.err != "" && (err == nil || !strings.Contains(err.Error(), tc.err)) {
				t.Errorf("checkModes = %v, want %q", err, tc.err)
			}
			if got := strings.Join(p.total.Notices, ""); tc.err == "" && (got == "") != (tc.notice == "") || !strings.Contains(got, tc.notice) {
				t.Errorf("the notice is %q, want %q", got, tc.notice)
			}
		})
	}
}

// A later run finds the files and directories of such a volume as it left them.
func TestShownModes(t *testing.T) {
	dir := t.TempDir()
	apply(t, dir, files{"d/a": "1", "b": "2"})
	manifest := filepath.Join(dir, ".confit-default/manifest.json")
	text, err := os.ReadFile(manifest)
	must(t, err)
	changed := strings.NewReplacer(`"mode":"0644"`, `"mode":"0644","shown":"0777"`, "]}\n", `],"shownDir":"0777"}`).Replace(string(text))
	must(t, os.WriteFile(manifest, []byte(changed), 0o600))
	for _, name := range []string{"d", "d/a", "b"} {
		must(t, os.Chmod(filepath.Join(dir, name), 0o777))
	}
	outs := []content.Output{{Path: "b", Mode: 0o644, Content: content.Plain([]byte("2"))}, {Path: "d/a", Mode: 0o644, Content: content.Plain([]byte("1"))}}
	r, err := Dir{Path: dir}.Apply(context.Background(), outs)
	if err != nil || r.Updated != 0 || r.Unchanged != 2 || len(r.Notices) != 1 || !strings.Contains(r.Notices[0], "keeps no modes") {
		t.Errorf("Apply = %+v, %v, want nothing but a notice", r, err)
	}
	p, err := Dir{Path: dir}.Plan(outs)
	if err != nil || !p.Empty() {
		t.Errorf("Plan = %+v, %v, want no change", p.Changes, err)
	}
	must(t, os.Chmod(filepath.Join(dir, "b"), 0o666)) // somebody did that
	if r, err := (Dir{Path: dir}).Apply(context.Background(), outs); err != nil || r.Updated != 1 {
		t.Errorf("Apply = %+v, %v, want one update", r, err)
	}
}
