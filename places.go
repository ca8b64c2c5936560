package main

import (
	"errors"
	"os"
	"path"
	"path/filepath"
	"strings"

	"confit/render/diag"
	"confit/render/values"
	"confit/sources"
	"confit/sources/checkout"
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
		at, what := r.inManifest(p.Pos.In.File, p.Pos.In.Line, p.Pos.In.Col)
		if what != "" {
			p.Pos.In = at.Outer()
			in = what + ", " + in
		}
	case p.Pos.File == "":
		p.Pos = r.container.ArgsPos()
	default:
		at, what := r.inManifest(p.Pos.File, p.Pos.Line, p.Pos.Col)
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

// inManifest finds the place of a file of the container: in the file of the checkout that a
// key of a ConfigMap was made from, or else in the manifest. What names the object and the key.
func (r *pipeRun) inManifest(file string, line, col int) (at diag.Pos, what string) {
	at, what = r.container.Place(file, line, col)
	k := r.container.KeyOf(file)
	if what == "" || k == nil || k.Data.Kind != "ConfigMap" || strings.HasPrefix(file, "env ") {
		return at, what
	}
	files := r.world.of.origins()
	if files == nil {
		return at, what
	}
	if o := files.Of(k); o != nil {
		return r.world.of.relative(o.At(line, col)), what + ", " + at.String()
	}
	if lines := strings.Split(string(k.Bytes), "\n"); line > 0 && line <= len(lines) {
		if from, ok := files.Line(k.Data.Source, lines[line-1]); ok {
			if col == 0 {
				from.Col = 0
			} else {
				from.Col += col - 1 - (len(lines[line-1]) - len(strings.TrimLeft(lines[line-1], " ")))
			}
			return r.world.of.relative(from), what + ", " + at.String()
		}
	}
	return at, what
}

// relative names a file below / from the working directory.
func (c *confit) relative(at diag.Pos) diag.Pos {
	if name, err := filepath.Rel(c.sys.dir, "/"+at.File); err == nil {
		at.File = name
	}
	return at
}

// readOrigins reads the files of the checkout that the working directory is in, but for the
// manifests themselves; nil where there is no checkout.
func (c *confit) readOrigins() *checkout.Files {
	top := checkoutOf(c.sys.dir)
	if _, err := os.Lstat(filepath.Join(top, ".git")); err != nil {
		return nil
	}
	manifests := map[string]bool{}
	for _, name := range c.manifests.files {
		manifests[c.absolute(name)] = true
	}
	return checkout.Read(sources.Host(), strings.TrimPrefix(top, "/"), func(name string) bool {
		return manifests["/"+name] || manifests["/"+path.Dir(name)]
	})
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
