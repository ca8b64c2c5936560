package judged

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

// Differences lists how confit's answer differs from that of the judge. Where the judge says
// that something is wrong, confit must say so too; where nothing is wrong, confit may have no
// error, and both must see the same.
func (c Case) Differences() []string {
	got, errs := Confit(c.Manifest)
	want := c.Answer
	switch {
	case want.Refused != "" || want.Waits != "":
		if len(errs) == 0 {
			return []string{"confit has no error; the judge: " + want.Refused + want.Waits}
		}
		return nil
	case len(got.Containers) != len(want.Containers):
		return []string{fmt.Sprintf("%d containers, want %d: %s", len(got.Containers), len(want.Containers), joined(errs))}
	}
	var all []string
	stopped := ""
	for i, w := range want.Containers {
		g := got.Containers[i]
		if w.Stops != "" {
			stopped = w.Name + ": " + w.Stops
			continue
		}
		all = append(all, g.differences(w)...)
	}
	if stopped == "" && len(errs) > 0 {
		all = append(all, "errors where nothing is wrong: "+joined(errs))
	}
	if stopped != "" && len(errs) == 0 {
		all = append(all, "a container does not start, and confit has no error: "+stopped)
	}
	return all
}

func (c Container) differences(want Container) []string {
	var all []string
	if c.Stops != "" {
		all = append(all, c.Name+" does not start: "+c.Stops)
	}
	if !slices.Equal(c.Command, want.Command) {
		all = append(all, fmt.Sprintf("%s command %q, want %q", c.Name, c.Command, want.Command))
	}
	all = append(all, compare(c.Name+" env", c.Env, want.Env)...)
	return append(all, compare(c.Name+" file", c.Files, want.Files)...)
}

func compare[V comparable](what string, got, want map[string]V) []string {
	var all []string
	for _, name := range slices.Sorted(maps.Keys(want)) {
		if v, ok := got[name]; !ok {
			all = append(all, fmt.Sprintf("%s %s is missing, want %.200q", what, name, fmt.Sprint(want[name])))
		} else if v != want[name] {
			all = append(all, fmt.Sprintf("%s %s = %.200q, want %.200q", what, name, fmt.Sprint(v), fmt.Sprint(want[name])))
		}
	}
	for _, name := range slices.Sorted(maps.Keys(got)) {
		if _, ok := want[name]; !ok {
			all = append(all, fmt.Sprintf("%s %s should not be there", what, name))
		}
	}
	return all
}

// Kind says what sort of case it is.
func (c Case) Kind() string {
	switch {
	case c.Answer.Refused != "":
		return "refused"
	case c.Answer.Waits != "":
		return "waits"
	case slices.ContainsFunc(c.Answer.Containers, func(c Container) bool { return strings.TrimSpace(c.Stops) != "" }):
		return "stops"
	}
	return "runs"
}
