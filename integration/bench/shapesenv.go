package main

import (
	"errors"
	"fmt"
	"path/filepath"
	"strings"
)

// These peers take their values from the environment, which holds the merged
// result: merging is a job they do not have.

// shapeEnvsubst serves both programs of that name: a filter of one template.
func shapeEnvsubst(s *Stage, dir string) (Job, error) {
	job := newJob(dir)
	job.Env = s.Env
	job.Stdin = filepath.Join(dir, "templates", s.Templates[0].Name)
	job.Stdout = filepath.Join(dir, "out", s.Templates[0].Name)
	return job, s.templates(filepath.Join(dir, "templates"), shell, "")
}

func shapeDockerize(s *Stage, dir string) (Job, error) {
	job := newJob(dir, "-template", "templates:out")
	job.Env = s.Env
	return job, s.templates(filepath.Join(dir, "templates"), dockerize, "")
}

// shapeConsul uses the file function where the values have no spelling in the
// environment.
func shapeConsul(s *Stage, dir string) (Job, error) {
	dialect := consulEnv
	job := newJob(dir, "-once", "-log-level=err", "-config=consul.hcl")
	job.Env = s.Env
	if s.Name == "W4" {
		dialect, job.Env = consulFile(s.Files[0]), nil
	}
	var config strings.Builder
	for _, t := range s.Templates {
		fmt.Fprintf(&config, "template {\n  source = \"templates/%s\"\n  destination = \"out/%s\"\n}\n", t.Name, t.Name)
	}
	return job, errors.Join(write(dir, "consul.hcl", "%s", config.String()),
		s.templates(filepath.Join(dir, "templates"), dialect, ""))
}

func shapeConfd(s *Stage, dir string) (Job, error) {
	job := newJob(dir, "-onetime", "-backend", "env", "-log-level", "error", "-confdir", dir)
	job.Env = s.Env
	for _, t := range s.Templates {
		err := write(dir, filepath.Join("conf.d", t.Name+".toml"), "[template]\nsrc = %q\ndest = %q\nmode = \"0644\"\nkeys = [\"/\"]\n",
			t.Name, filepath.Join(dir, "out", t.Name))
		if err != nil {
			return job, err
		}
	}
	return job, s.templates(filepath.Join(dir, "templates"), confd, "")
}
