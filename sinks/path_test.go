package sinks

import (
	"slices"
	"strings"
	"testing"

	"confit/render/content"
	"confit/render/diag"
)

func TestCheckPath(t *testing.T) {
	long := strings.Repeat("n", 255)
	for p, ok := range map[string]bool{
		"a": true, "a/b.conf": true, "..a": true, "a/.confit-x": true, ".confit": true, long: true, "ä b": true,
		"": false, ".": false, "..": false, "/a": false, "a/": false, "a//b": false, "a/./b": false, "a/../b": false, "../a": false,
		".confit-web/x": false, ".Confit-web": false, "a\nb": false, "a\x00": false, "a\x7f": false, "a\u0085": false, "\xff": false,
		long + "n": false, strings.Repeat("n/", 2048) + "n": false,
	} {
		if err := CheckPath(p); (err == nil) != ok {
			t.Errorf("CheckPath(%.20q) = %v, want ok %v", p, err, ok)
		}
	}
}

func TestCheckOutputs(t *testing.T) {
	for name, tc := range map[string]struct {
		paths []string // one that begins with * was made by values
		want  []string
		cause diag.Cause
	}{
		"fine":              {paths: []string{"a", "b/c", "b/d/e"}},
		"twice":             {paths: []string{"a", "a"}, want: []string{"two outputs on one path: a"}, cause: diag.CauseSpec},
		"twice, by values":  {paths: []string{"a", "*a"}, want: []string{"two outputs on one path: a"}, cause: diag.CauseData},
		"file and folder":   {paths: []string{"a/b/c", "a"}, want: []string{"a is a file, and a directory for a/b/c"}, cause: diag.CauseSpec},
		"case":              {paths: []string{"App", "app"}, want: []string{"App and app differ only in case"}, cause: diag.CauseSpec},
		"case of a folder":  {paths: []string{"D/a", "d/b"}, want: []string{"D and d differ only in case"}, cause: diag.CauseSpec},
		"case, many in it":  {paths: []string{"D/a", "D/b", "d/x", "d/y", "z/D"}, want: []string{"D and d differ only in case"}, cause: diag.CauseSpec},
		"case beyond ASCII": {paths: []string{"\u212a", "K", "ſ", "S"}, want: []string{"ſ and S differ only in case", "\u212a and K differ only in case"}, cause: diag.CauseSpec},
		"bad path":          {paths: []string{"*../a"}, want: []string{"../a is a path that leads out of the directory"}, cause: diag.CauseData},
	} {
		t.Run(name, func(t *testing.T) {
			var outs []content.Output
			for _, p := range tc.paths {
				made := strings.HasPrefix(p, "*")
				outs = append(outs, content.Output{Path: strings.TrimPrefix(p, "*"), Computed: made})
			}
			var got []string
			for _, p := range diag.Problems(CheckOutputs(outs), diag.CauseUnknown) {
				got = append(got, p.Text)
				if p.Cause != tc.cause {
					t.Errorf("cause %v, want %v", p.Cause, tc.cause)
				}
			}
			if !slices.Equal(got, tc.want) {
				t.Errorf("CheckOutputs(%q) = %q, want %q", tc.paths, got, tc.want)
			}
		})
	}
}
