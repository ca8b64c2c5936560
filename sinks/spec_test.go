package sinks

import (
	"io/fs"
	"reflect"
	"testing"

	"confit/render/diag"
)

func TestSpec(t *testing.T) {
	no := false
	for name, tc := range map[string]struct {
		spec Spec
		want Dir
		bad  int // problems
	}{
		"least":    {spec: Spec{Path: "/out"}, want: Dir{Path: "/out", Name: "web"}},
		"all":      {spec: Spec{Path: "out", Name: "main", Prune: &no, DirMode: "0750"}, want: Dir{Path: "/base/out", Name: "web", NoPrune: true, DirMode: 0o750}},
		"nothing":  {bad: 1},
		"bad":      {spec: Spec{Path: "/out", Name: "a/b", DirMode: "750x"}, bad: 2},
		"lock out": {spec: Spec{Path: "/out", DirMode: "0077"}, bad: 1},
		"sticky":   {spec: Spec{Path: "/out", DirMode: "1777"}, bad: 1},
	} {
		t.Run(name, func(t *testing.T) {
			problems := diag.Problems(tc.spec.Check(), diag.CauseUnknown)
			if len(problems) != tc.bad {
				t.Fatalf("Check() = %v, want %d problems", problems, tc.bad)
			}
			if tc.bad > 0 {
				return
			}
			if got := tc.spec.Dir("web", "/base"); !reflect.DeepEqual(got, tc.want) {
				t.Errorf("Dir() = %+v, want %+v", got, tc.want)
			}
		})
	}
	if got := (Dir{DirMode: fs.FileMode(0o700)}).dirMode(true); got != 0o700 {
		t.Errorf("dirMode is %o", got)
	}
}

func TestCheckSpecs(t *testing.T) {
	for name, tc := range map[string]struct {
		specs   []Spec
		choices []Choice
		bad     int
	}{
		"one":       {specs: []Spec{{Path: "/a"}}, choices: []Choice{{}}},
		"two":       {specs: []Spec{{Path: "/a", Name: "a"}, {Path: "/b", Name: "b"}}, choices: []Choice{{Sink: "b"}}},
		"no sink":   {specs: []Spec{{Path: "/a", Name: "a"}, {Path: "/b", Name: "b"}}, choices: []Choice{{}, {Sink: "c"}}, bad: 2},
		"no names":  {specs: []Spec{{Path: "/a"}, {Path: "/b"}}, bad: 2},
		"one name":  {specs: []Spec{{Path: "/a", Name: "a"}, {Path: "/b", Name: "a"}}, bad: 1},
		"one place": {specs: []Spec{{Path: "/a", Name: "a"}, {Path: "/a/", Name: "b"}}, bad: 1},
	} {
		t.Run(name, func(t *testing.T) {
			if got := diag.Problems(CheckSpecs(tc.specs, tc.choices), diag.CauseUnknown); len(got) != tc.bad {
				t.Errorf("CheckSpecs(%v) = %v, want %d problems", tc.specs, got, tc.bad)
			}
		})
	}
}
