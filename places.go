package main

import (
	"errors"
	"strings"

	"confit/render/diag"
	"confit/render/values"
)

// inManifests gives the problems of a container's run the places of the manifests that its
// files and variables come from. A note says where that is in the container.
func (r *pipeRun) inManifests(err error) error {
	if err == nil || r.container == nil {
		return err
	}
	var all []error
	for _, p := range r.confit.problems(err) {
		r.place(p)
		all = append(all, p)
	}
	return errors.Join(all...)
}

// place moves a problem to its place in the manifests.
func (r *pipeRun) place(p *diag.Problem) {
	in := "in the " + r.title
	switch {
	case p.Pos.In != (diag.Spot{}): // a text in a file
		at, what := r.container.Place(p.Pos.In.File, p.Pos.In.Line, p.Pos.In.Col)
		if what != "" {
			p.Pos.In = at.Outer()
			in = what + ", " + in
		}
	case p.Pos.File == "":
		p.Pos = r.container.ArgsPos()
	default:
		at, what := r.container.Place(p.Pos.File, p.Pos.Line, p.Pos.Col)
		if what != "" {
			in = what + ", " + in
			p.Pos = at
			break
		}
		if strings.HasPrefix(p.Pos.File, "--") {
			in = p.Pos.File + ", " + in
			p.Pos = r.container.ArgsPos()
		}
	}
	p.Notes = append(p.Notes, in)
}

// placeSettings gives explained values the places of the manifests.
func (r *pipeRun) placeSettings(all []values.Explained) {
	if r.container == nil {
		return
	}
	for i := range all {
		r.placeSetting(&all[i].Setting)
		for j := range all[i].Overrode {
			r.placeSetting(&all[i].Overrode[j])
		}
	}
}

// placeSetting adds the place in the manifest, and the line in the key.
func (r *pipeRun) placeSetting(s *values.Setting) {
	at, what := r.container.Place(s.Pos.File, s.Pos.Line, s.Pos.Col)
	if what == "" {
		return
	}
	s.Place = at.String()
	s.Source += ", " + what
}
