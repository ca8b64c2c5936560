package sinks

import (
	"context"
	"maps"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"confit/render/diag"
)

func TestConflicts(t *testing.T) {
	outside := t.TempDir()
	for name, tc := range map[string]struct {
		there files
		first files
		names map[string]string // second names of files, as a file system has that is blind to case
		outs  files
		want  []string // texts, in order
	}{
		"foreign file":        {there: files{"a": "x"}, outs: files{"a": "1"}, want: []string{"/a was not written by this spec"}},
		"foreign mode":        {there: files{"s": "secret: x"}, outs: files{"s": "secret: x"}, want: []string{"/s was not written by this spec"}},
		"directory":           {there: files{"a/": ""}, outs: files{"a": "1"}, want: []string{"/a is a directory where an output should go"}},
		"symlink":             {there: files{"a": "-> b"}, outs: files{"a": "1"}, want: []string{"/a is a symlink where"}},
		"pipe":                {there: files{"a": "|"}, outs: files{"a": "1"}, want: []string{"/a is a named pipe where"}},
		"parent is a file":    {there: files{"d": "x"}, outs: files{"d/a": "1", "d/b": "2"}, want: []string{"/d is a file where a directory should be"}},
		"parent is a symlink": {there: files{"d": "-> " + outside, "e/f": "-> ."}, outs: files{"d/a": "1", "e/f/g/h": "2"}, want: []string{"/d is a symlink where a directory", "/e/f is a symlink where a directory"}},
		"all at once":         {there: files{"a": "x", "b/": "", "c": "y"}, outs: files{"a": "1", "b": "2", "c/d": "3"}, want: []string{"/a was", "/b is", "/c is"}},
		"no output in common": {first: files{"a": "1"}, outs: files{"b": "1"}, want: []string{"a spec named default that has no output in common"}},
		"blind to case":       {first: files{"a": "1", "b": "1"}, names: map[string]string{"a": "A"}, outs: files{"A": "1", "b": "1"}, want: []string{"/A is the file a of an earlier run, by another name"}},
		"blind, in a folder":  {first: files{"d/a": "1", "b": "1"}, names: map[string]string{"d/a": "A"}, outs: files{"A": "2", "b": "1"}, want: []string{"/A is the file d/a of an earlier run"}},
		"state is a file":     {there: files{".confit-default": "x"}, outs: files{"b": "1"}, want: []string{"is a file where confit keeps its state"}},
		"state is a symlink":  {there: files{".confit-default": "-> " + outside}, outs: files{"b": "1"}, want: []string{"is a symlink where confit keeps its state"}},
		"state holds a pipe":  {there: files{".confit-default/manifest.json": "|"}, outs: files{"b": "1"}, want: []string{"is a named pipe where confit keeps its state"}},
		"manifest damaged":    {there: files{".confit-default/manifest.json": "{"}, outs: files{"b": "1"}, want: []string{"is damaged"}},
		"manifest empty":      {there: files{".confit-default/manifest.json": ""}, outs: files{"b": "1"}, want: []string{"is damaged"}},
		"manifest of nothing": {there: files{".confit-default/manifest.json": "{}"}, outs: files{"b": "1"}, want: []string{"is damaged"}},
		"manifest and more":   {there: files{".confit-default/manifest.json": `{"version":1,"outputs":null}}`}, outs: files{"b": "1"}, want: []string{"is damaged"}},
		"manifest of one":     {there: files{".confit-default/manifest.json": `{"version":1,"outputs":{}}`}, outs: files{"b": "1"}, want: []string{"is damaged"}},
		"manifest of later":   {there: files{".confit-default/manifest.json": `{"version":2,"outputs":{}}`}, outs: files{"b": "1"}, want: []string{"has version 2"}},
		"manifest hostile":    {there: files{".confit-default/manifest.json": `{"version":1,"outputs":[{"path":"../x","mode":"0644"}]}`}, outs: files{"b": "1"}, want: []string{"holds a path"}},
		"journal hostile":     {there: files{".confit-default/journal.json": `{"version":1,"ops":[{"do":"remove","path":"../x"}]}`, ".confit-default/stage/": ""}, outs: files{"b": "1"}, want: []string{"holds a step"}},
		"journal alone":       {there: files{".confit-default/journal.json": `{"version":1,"ops":[{"do":"remove","path":"x"}]}`}, outs: files{"b": "1"}, want: []string{"has lost its staged files"}},
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			put(t, dir, tc.there)
			if tc.first != nil {
				apply(t, dir, tc.first)
			}
			for name, other := range tc.names {
				must(t, os.Link(filepath.Join(dir, name), filepath.Join(dir, other)))
			}
			before := listing(t, dir)
			_, err := Dir{Path: dir}.Apply(context.Background(), tc.outs.outputs())
			problems := diag.Problems(err, diag.CauseUnknown)
			if len(problems) != len(tc.want) {
				t.Fatalf("%d problems, want %d: %v", len(problems), len(tc.want), err)
			}
			for i, p := range problems {
				if p.Cause != diag.CauseInWay || !strings.Contains(p.Text, tc.want[i]) || p.Hint == "" {
					t.Errorf("problem %d is %+v, want %q", i, p, tc.want[i])
				}
			}
			if got := listing(t, dir); !maps.Equal(got, before) {
				t.Errorf("changed to %v, from %v", got, before)
			}
			if left := listing(t, outside); len(left) > 0 {
				t.Errorf("outside is %v", left)
			}
		})
	}
}
