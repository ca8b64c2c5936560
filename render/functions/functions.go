package functions

import (
	"maps"
	"strings"
)

const (
	MaxText  = 32 << 20 // bytes that one function takes or returns
	MaxItems = 1 << 20  // items of one list
)

// All returns the functions by name. They replace some of sprig, and some use it.
func All(sprig map[string]any) map[string]any {
	m := strict(sprig)
	for name, f := range regexes() {
		m[name], m[Must(name)] = f, f
	}
	maps.Copy(m, numbers())
	maps.Copy(m, times(sprig))
	maps.Copy(m, durations())
	return m
}

// Must is the second name of many functions of sprig: mustFirst for first.
func Must(name string) string { return "must" + strings.ToUpper(name[:1]) + name[1:] }
