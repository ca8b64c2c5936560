package sinks

import (
	"context"
	"maps"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"confit/render/content"
	"confit/render/diag"
)

// TestPlace writes to directories that cannot be a sink.
func TestPlace(t *testing.T) {
	for name, tc := range map[string]struct {
		there files
		dir   string
		want  string
	}{
		"symlink":             {there: files{"real/": "", "out": "-> real"}, dir: "out", want: "is a symlink to real"},
		"symlink and a slash": {there: files{"real/": "", "out": "-> real"}, dir: "out/", want: "is a symlink to real"},
		"symlink to nothing":  {there: files{"out": "-> none"}, dir: "out", want: "is a symlink to none"},
		"symlink to itself":   {there: files{"out": "-> out"}, dir: "out", want: "is a symlink to out"},
		"below one":           {there: files{"up": "-> none"}, dir: "up/out", want: "is a symlink to none, where nothing is"},
		"file":                {there: files{"out": "x"}, dir: "out", want: "is no directory"},
		"below a file":        {there: files{"a.txt": "x"}, dir: "a.txt/sub/out", want: "/a.txt is no directory"},
		"state":               {there: files{"x/" + stateOf: "{}"}, dir: "x/.confit-default", want: "where confit keeps its state"},
		"below a state":       {there: files{"x/" + stateOf: "{}"}, dir: "x/.confit-default/sub/out", want: "where confit keeps its state"},
		"by a symlink":        {there: files{"x/" + stateOf: "{}", "link": "-> x/.confit-default"}, dir: "link/out", want: "where confit keeps its state"},
	} {
		t.Run(name, func(t *testing.T) {
			top := t.TempDir()
			put(t, top, tc.there)
			before := listing(t, top)
			d := Dir{Path: top + "/" + tc.dir}
			_, planned := d.Plan(files{"a": "1"}.outputs())
			_, applied := d.Apply(context.Background(), files{"a": "1"}.outputs())
			spool := d.NewSpool()
			put := spool.Put(content.BlobID{1}, []byte("text"))
			must(t, spool.Close())
			for verb, err := range map[string]error{"Plan": planned, "Apply": applied, "Put": put} {
				if name == "below one" && verb == "Plan" && err == nil {
					continue // nothing is there
				}
				if all := diag.Problems(err, diag.CauseUnknown); len(all) != 1 || all[0].Cause != diag.CauseInWay || all[0].Hint == "" || !strings.Contains(all[0].Text, tc.want) {
					t.Errorf("%s: got %v, want %q", verb, all, tc.want)
				}
			}
			if got := listing(t, top); !maps.Equal(got, before) {
				t.Errorf("changed to %v, from %v", got, before)
			}
		})
	}
}

// TestPlaceOfSymlinks is about symlinks that lead to a sink, and are not it.
func TestPlaceOfSymlinks(t *testing.T) {
	top := t.TempDir()
	put(t, top, files{"real/": "", "up": "-> real", ".confit-name/": ""})
	apply(t, filepath.Join(top, "up/out"), files{"a": "1"})
	apply(t, filepath.Join(top, ".confit-name/out"), files{"a": "1"}) // no state
	if got := listing(t, filepath.Join(top, "real")); got["out/a"] != "1" {
		t.Errorf("got %v", got)
	}
}

func TestCheckApart(t *testing.T) {
	top := t.TempDir()
	put(t, top, files{"one/in/": "", "two/": "", "link": "-> one", "state": "-> one/.confit-default", "one/" + stateOf: "{}"})
	for name, tc := range map[string]struct {
		dirs []string
		outs []files
		want string // "" for no problem
	}{
		"apart":               {dirs: []string{"one", "two"}, outs: []files{{"a": ""}, {"a": ""}}},
		"not there yet":       {dirs: []string{"new/a", "new/b"}, outs: []files{{"a": ""}, {"a": ""}}},
		"one by two names":    {dirs: []string{"one/in", "link/in"}, outs: []files{{"a": ""}, {"b": ""}}, want: "are the same directory"},
		"one, not there yet":  {dirs: []string{"one/new", "link/new"}, outs: []files{{"a": ""}, {"b": ""}}, want: "are the same directory"},
		"case, not there yet": {dirs: []string{"New", "new"}, outs: []files{{"a": ""}, {"b": ""}}, want: "differ only in case"},
		"case, one is there":  {dirs: []string{"one", "One"}, outs: []files{{"a": ""}, {"a": ""}}},
		"case, nested":        {dirs: []string{"New", "new/in"}, outs: []files{{"in/a": ""}, {"a": ""}}, want: "two outputs on one path: in/a"},
		"nested":              {dirs: []string{"one", "one/in"}, outs: []files{{"a": "", "in/b": ""}, {"a": ""}}},
		"below an output":     {dirs: []string{"one", "link/file"}, outs: []files{{"file": ""}, {"a": ""}}, want: "file is a file, and a directory for file/a"},
		"far below an output": {dirs: []string{"link/file/x/y", "one"}, outs: []files{{"a": ""}, {"file": ""}}, want: "file is a file, and a directory for file/x/y/a"},
		"one path":            {dirs: []string{"new", "new/in"}, outs: []files{{"in/a": ""}, {"a": ""}}, want: "two outputs on one path: in/a"},
		"in the other's state": {
			dirs: []string{"one", "state/sub"}, outs: []files{{"a": ""}, {"a": ""}}, want: "is a path in .confit-*",
		},
		"output in its state": {
			dirs: []string{"one", "one/in"}, outs: []files{{"in/.confit-default/manifest.json": ""}, {"a": ""}}, want: "is, in the sink in/, a path in .confit-*",
		},
	} {
		t.Run(name, func(t *testing.T) {
			var dirs []Dir
			var outs [][]content.Output
			for i, dir := range tc.dirs {
				dirs, outs = append(dirs, Dir{Path: filepath.Join(top, dir)}), append(outs, tc.outs[i].outputs())
			}
			err := CheckApart(dirs, outs)
			if tc.want == "" && err == nil {
				return
			}
			if all := diag.Problems(err, diag.CauseUnknown); err == nil || len(all) != 1 || all[0].Cause != diag.CauseSpec || !strings.Contains(all[0].Text, tc.want) {
				t.Errorf("CheckApart() = %v, want %q", err, tc.want)
			}
		})
	}
}

// TestNewDirSwapped has a symlink in place of a directory that was just made.
func TestNewDirSwapped(t *testing.T) {
	top := t.TempDir()
	put(t, top, files{"theirs/": "", "file": "x", "dir": "-> theirs", "link": "-> file"})
	for name, target := range map[string]string{"dir": "theirs", "link": "file"} {
		must(t, os.Chmod(filepath.Join(top, target), 0o700))
		if err := setMode(filepath.Join(top, name)); err == nil {
			t.Errorf("%s: no error", name)
		}
		if info, err := os.Stat(filepath.Join(top, target)); err != nil || info.Mode().Perm() != 0o700 {
			t.Errorf("%s has mode %v, %v", target, info.Mode(), err)
		}
	}
	dir := filepath.Join(top, "new")
	must(t, os.Mkdir(dir, 0o700))
	must(t, setMode(dir))
	if info, err := os.Stat(dir); err != nil || info.Mode().Perm() != 0o755 {
		t.Errorf("new has mode %v, %v", info.Mode(), err)
	}
}
