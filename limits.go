package main

import (
	"errors"
	"reflect"
	"slices"
	"strings"
	"time"

	"confit/render/diag"
	"confit/render/specfile"
	"confit/render/template"
	"confit/sources"
	"confit/sources/watchdog"

	"go.yaml.in/yaml/v3"
)

// limits are the section of that name. A zero has its default.
type limits struct {
	Time     time.Duration     `yaml:"time"` // of a run, but for its Git sources
	Heap     specfile.Size     `yaml:"heap"`
	File     specfile.Size     `yaml:"file"`
	Total    specfile.Size     `yaml:"total"`
	Files    specfile.Count    `yaml:"files"`
	Template specfile.Size     `yaml:"template"`
	Depth    specfile.Count    `yaml:"depth"`
	Git      sources.GitLimits `yaml:"git"`

	heapOnlyLowers bool // the default of Heap, which depends on the values, holds where it is less
}

func (l limits) run() watchdog.Limits {
	return watchdog.Limits{Time: l.Time, Heap: l.Heap, OnlyLowers: l.heapOnlyLowers}
}

func (l limits) sources() sources.Limits {
	return sources.Limits{File: l.File, Total: l.Total, Files: l.Files, Git: l.Git}
}

func (l limits) render() template.Limits {
	return template.Limits{Template: l.Template, Depth: l.Depth}
}

// limitNames lists the fields of limits, like git.pack.
func limitNames() []string {
	var names []string
	var list func(prefix string, t reflect.Type)
	list = func(prefix string, t reflect.Type) {
		for f := range t.Fields() {
			switch {
			case f.Type.Kind() == reflect.Struct:
				list(prefix+f.Tag.Get("yaml")+".", f.Type)
			case f.Tag.Get("yaml") != "":
				names = append(names, prefix+f.Tag.Get("yaml"))
			}
		}
	}
	list("", reflect.TypeFor[limits]())
	return names
}

// lowerTo replaces the limits above their defaults: a change to a spec must not lift the
// limits of its own validation. It returns the names of those limits.
func (l *limits) lowerTo(timeout time.Duration) (tooHigh []string) {
	s, t := sources.Limits{}.WithDefaults(), template.Limits{}.WithDefaults()
	defaults := limits{Time: timeout, File: s.File, Total: s.Total, Files: s.Files, Template: t.Template, Depth: t.Depth, Git: s.Git}
	l.heapOnlyLowers = true
	var lower func(prefix string, v, most reflect.Value)
	lower = func(prefix string, v, most reflect.Value) {
		for i := range v.NumField() {
			name := v.Type().Field(i).Tag.Get("yaml")
			switch field, most := v.Field(i), most.Field(i); {
			case name == "" || name == "heap":
			case field.Kind() == reflect.Struct:
				lower(prefix+name+".", field, most)
			case field.Int() > most.Int():
				field.Set(most)
				tooHigh = append(tooHigh, prefix+name)
			}
		}
	}
	lower("", reflect.ValueOf(l).Elem(), reflect.ValueOf(defaults))
	return tooHigh
}

// set reads the --limit flags: name=value, like git.pack=1GiB.
func (l *limits) set(flags []string) error {
	var all []error
	section := struct {
		Limits limits `yaml:"limits"`
	}{*l}
	for _, f := range flags {
		name, value, ok := strings.Cut(f, "=")
		section.Limits.heapOnlyLowers = section.Limits.heapOnlyLowers && name != "heap"
		if !ok {
			all = append(all, usagef("--limit "+diag.Quoted(f)+" has no value", "write it as name=value, like heap=512MiB"))
			continue
		}
		n := &yaml.Node{Kind: yaml.ScalarNode, Value: value}
		for _, part := range slices.Backward(append([]string{"limits"}, strings.Split(name, ".")...)) {
			n = &yaml.Node{Kind: yaml.MappingNode, Content: []*yaml.Node{specfile.Text(part), n}}
		}
		for _, p := range diag.Problems(specfile.Decode("--limit "+f, ".", n, &section), diag.CauseUsage) {
			p.Cause, p.Code = diag.CauseUsage, "usage"
			all = append(all, p)
		}
	}
	*l = section.Limits
	return errors.Join(all...)
}
