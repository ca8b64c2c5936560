package main

import (
	"errors"
	"io/fs"
	"path"
	"path/filepath"
	"strings"

	"confit/render/content"
	"confit/render/diag"
	"confit/render/values"
	"confit/sinks"
	"confit/sources"
	"confit/sources/checkout"
	"confit/sources/kubelet"
	"confit/sources/manifest"
)

// A simulatedContainer is what a container of the manifests sees and where its files go.
type simulatedContainer struct {
	of        *confit // that reads the manifests
	container *kubelet.Container
	out       string                // in place of / for its sinks; "" where nothing is written
	replaced  map[string]sources.FS // --replace
}

// replacedDirs opens the directories of --replace.
func (c *confit) replacedDirs() (map[string]sources.FS, error) {
	dirs := map[string]sources.FS{}
	var all []error
	for name, dir := range c.set.replace {
		fsys, err := c.standInDir("--replace "+name, dir)
		dirs[name] = fsys
		all = append(all, err)
	}
	return dirs, errors.Join(all...)
}

// openContainer opens the files and variables of the container.
func (c *confit) openContainer() error {
	if c.set.root != "" {
		return usagef("--root in the args of a container is not simulated", "leave it out: a pod has its files in place")
	}
	k := c.sim.container
	c.machine = sources.Machine{Root: k.Files, Host: k.Files, Dir: k.Dir(), Env: k.Environ(), Secrets: k.SecretVars(), Activity: &c.watchdog.Activity, Budget: &c.watchdog.Budget, Detail: c.detail()}
	return nil
}

// simulateSinks moves the sinks of the spec below the directory of the workload.
func (sp *spec) simulateSinks(w *simulatedContainer) {
	for i := range sp.Sinks {
		s := &sp.Sinks[i]
		inside := s.Dir(sp.Name, s.Base).Path
		if !path.IsAbs(inside) {
			inside = path.Join(w.container.Dir(), inside)
		}
		sp.inside = append(sp.inside, inside)
		if w.out != "" && s.Path != "" {
			s.Path, s.Base = path.Join(w.out, inside), "."
		}
	}
}

// openPaths are the paths of values that Secrets which are not at hand may have.
func (sp *spec) openPaths(k *kubelet.Container) []string {
	var open []string
	for i := range sp.Sources {
		s := &sp.Sources[i]
		if s.HasVars() && k.HasOpenVars() || !s.HasVars() && k.IsOpen(s.Path()) {
			open = append(open, s.ValuesAt())
		}
	}
	return open
}

// written lists the outputs of a run by their paths in the container.
func (r *pipeRun) written() []kubelet.Written {
	var all []kubelet.Written
	for i := range r.spec.Sinks {
		d := r.newDelivery(i)
		for j := range d.outs {
			o := &d.outs[j]
			all = append(all, kubelet.Written{Sink: r.spec.inside[i], Path: path.Join(r.spec.inside[i], o.Path), Mode: o.Mode, Size: o.Content.Size(), Pos: o.Pos(), Spec: d.dir.Name, Keeps: d.dir.NoPrune})
		}
	}
	return all
}

// mirror writes the outputs into the volumes of the pod, for the containers after this one.
func (r *pipeRun) mirror() {
	for i := range r.spec.Sinks {
		at := r.spec.inside[i]
		err := sinks.Mirror(r.outputsOf(i), func(o content.Output, data []byte) error {
			return r.container.Write(path.Join(at, o.Path), o.Mode, data, o.Content.IsSensitive())
		})
		r.err = errors.Join(r.err, r.inManifests(err))
	}
}

// inManifests gives the problems of a container's run the places of the manifests that its
// files and variables come from. A note says where that is in the container.
func (r *pipeRun) inManifests(err error) error {
	if err == nil || r.container == nil {
		return err
	}
	var all []error
	for _, p := range r.confit.problems(err) {
		r.hintAbsent(p)
		r.place(p)
		all = append(all, p)
	}
	return errors.Join(all...)
}

// hintAbsent replaces the hint for a file that is not there by one that knows the mounts.
func (r *pipeRun) hintAbsent(p *diag.Problem) {
	var absent *fs.PathError
	if !errors.Is(p.Err, fs.ErrNotExist) || !errors.As(p.Err, &absent) {
		return
	}
	name, kind, flag := path.Join("/", absent.Path), "", ""
	if name == path.Join(r.container.Dir(), r.set.config) || name == path.Clean(r.set.config) {
		flag = "-c "
	}
	for i := range r.spec.sources() {
		if s := &r.spec.Sources[i]; s.Path() == name {
			kind = s.Kind()
		}
	}
	if hint := r.container.HintAbsent(name, kind, flag); hint != "" {
		p.Hint = hint
	}
}

// sources are those of a spec; none for no spec.
func (sp *spec) sources() []sources.Spec {
	if sp == nil {
		return nil
	}
	return sp.Sources
}

// place moves a problem to its place in the manifests.
func (r *pipeRun) place(p *diag.Problem) {
	in := "in the " + r.title
	for i, m := range p.Seen {
		if at, what := r.inManifest(m.Pos.File, m.Pos.Line, m.Pos.Col); what != "" {
			p.Seen[i].Pos = at
		}
	}
	switch {
	case p.Pos.In != (diag.Spot{}): // a text in a file
		at, what := r.inManifest(p.Pos.In.File, p.Pos.In.Line, p.Pos.In.Col)
		if what != "" {
			p.Pos.File, p.Pos.In = at.String(), at.Outer()
			in = what + ", " + in
		}
	case p.Pos.File == "" && errors.Is(r.asked, p):
	case p.Pos.File == "":
		p.Pos = r.container.ArgsPos()
	default:
		at, what := r.inManifest(p.Pos.File, p.Pos.Line, p.Pos.Col)
		if what != "" {
			in = what + ", " + in
			if shift := at.Col - p.Pos.Col; shift > 0 && p.Source != "" { // a block of the manifest is indented
				p.Source = strings.Repeat(" ", shift) + p.Source
			}
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

// inManifest finds the place of a file of the container in the manifest, or in the file of the
// checkout that a key of a generated ConfigMap was made from. What names the object and the key.
func (r *pipeRun) inManifest(file string, line, col int) (at diag.Pos, what string) {
	at, what = r.container.Place(file, line, col)
	k := r.container.KeyOf(file)
	if what == "" || k == nil || k.Data.Kind != "ConfigMap" || strings.HasPrefix(file, "env ") || !r.sim.of.isGenerated(k) {
		return at, what
	}
	if from, ok := r.sim.of.origins().Place(k, line, col); ok {
		return r.sim.of.relative(from), what + ", in the manifest at " + at.String()
	}
	return at, what
}

// isGenerated tells whether a tool made the manifest of a key, so that nobody edits it there:
// it came from stdin, it is not in the checkout, or Git ignores it.
func (c *confit) isGenerated(k *manifest.Key) bool {
	file := k.Data.Pos.File
	return file == "stdin" || !c.origins().Keeps(strings.TrimPrefix(path.Clean(c.absolute(file)), "/"))
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
	manifests := map[string]bool{}
	for _, name := range c.manifests.files {
		manifests[c.absolute(name)] = true
	}
	top := checkout.Top(c.sys.dir)
	if !checkout.Is(top) {
		return nil
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
