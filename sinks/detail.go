package sinks

import (
	"confit/render/diag"
)

// detailFiles reports for -v what publishing does with each file, in the order of their paths.
func (d Dir) detailFiles(p *Plan) {
	if d.Detail == nil {
		return
	}
	line := func(what, path string) {
		d.Detail("sink " + diag.Quoted(d.Path) + ": " + what + " " + diag.Quoted(path))
	}
	for i := range p.files {
		what := string(p.files[i].kind)
		if what == "" {
			what = "unchanged"
		}
		line(what, p.files[i].out.Path)
	}
	for i := range p.ops {
		if p.ops[i].Do == doRemove {
			line(string(Remove), p.ops[i].Path)
		}
	}
}
