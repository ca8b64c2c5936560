package main

import (
	"errors"
	"slices"
	"strings"
	"time"

	"go.yaml.in/yaml/v3"

	"confit/render"
	"confit/sources"
)

// limits are the spec's section of that name. What is zero has its default.
type limits struct {
	Time     time.Duration     `yaml:"time"` // of a run, but for its Git sources
	Heap     render.Size       `yaml:"heap"`
	File     render.Size       `yaml:"file"`
	Total    render.Size       `yaml:"total"`
	Files    render.Count      `yaml:"files"`
	Template render.Size       `yaml:"template"`
	Depth    render.Count      `yaml:"depth"`
	Git      sources.GitLimits `yaml:"git"`
}

func (l limits) sources() sources.Limits {
	return sources.Limits{File: l.File, Total: l.Total, Files: l.Files, Git: l.Git}
}

func (l limits) render() render.Limits { return render.Limits{Template: l.Template, Depth: l.Depth} }

// set takes over what the --limit flags say: name=value, like git.pack=1GiB.
func (l *limits) set(flags []string) error {
	var all []error
	section := struct {
		Limits limits `yaml:"limits"`
	}{*l}
	for _, f := range flags {
		name, value, ok := strings.Cut(f, "=")
		if !ok {
			all = append(all, usagef("--limit "+render.Quoted(f)+" has no value", "write it as name=value, like heap=512MiB"))
			continue
		}
		n := &yaml.Node{Kind: yaml.ScalarNode, Value: value}
		for _, part := range slices.Backward(append([]string{"limits"}, strings.Split(name, ".")...)) {
			n = &yaml.Node{Kind: yaml.MappingNode, Content: []*yaml.Node{scalar(part), n}}
		}
		for _, p := range render.Problems(render.DecodeSpec("--limit "+f, ".", n, &section), render.CauseUsage) {
			p.Cause, p.Code = render.CauseUsage, "usage"
			all = append(all, p)
		}
	}
	*l = section.Limits
	return errors.Join(all...)
}
