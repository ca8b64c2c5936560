package main

import (
	"errors"
	"path"

	"confit/render/content"
	"confit/sinks"
	"confit/sources"
	"confit/sources/kubelet"
)

// A world is what a container of the manifests sees and where its files go.
type world struct {
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

// openWorld opens the files and variables of the container.
func (c *confit) openWorld() error {
	if c.set.root != "" {
		return usagef("--root in the args of a container is not simulated", "leave it out: a pod has its files in place")
	}
	k := c.world.container
	c.machine = sources.Machine{Root: k.Files, Host: k.Files, Dir: k.Dir(), Env: k.Environ(), Secrets: k.SecretVars(), Running: &c.watchdog.Running, Budget: &c.watchdog.Budget, Detail: c.detail()}
	return nil
}

// simulateSinks moves the sinks of the spec below the directory of the workload.
func (sp *spec) simulateSinks(w *world) {
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
		outs := r.outputsOf(i)
		for j := range outs {
			all = append(all, kubelet.Written{Sink: r.spec.inside[i], Path: path.Join(r.spec.inside[i], outs[j].Path), Mode: outs[j].Mode, Size: outs[j].Content.Size(), Pos: outs[j].Pos()})
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
