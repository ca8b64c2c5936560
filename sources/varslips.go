package sources

import (
	"maps"
	"slices"
	"strings"

	"confit/render/diag"
)

// VarSlips finds misspelt names of variables in the env sources of a spec.
type VarSlips struct {
	specs []*Spec
	names []string // of the variables that are set, but for links to services
	open  bool     // there may be others
}

// NewVarSlips looks for slips in the sources. The variables are NAME=value; others may be set, too,
// where open says it.
func NewVarSlips(all []Spec, env []string, open bool) *VarSlips {
	v := &VarSlips{open: open}
	for i := range all {
		if all[i].HasVars() {
			v.specs = append(v.specs, &all[i])
		}
	}
	links := serviceLinks(env)
	for _, pair := range env {
		if name, _, _ := strings.Cut(pair, "="); !links[name] {
			v.names = append(v.names, name)
		}
	}
	slices.Sort(v.names)
	return v
}

// Takes tells whether a source reads a variable.
func (v *VarSlips) Takes(name string) bool {
	return slices.ContainsFunc(v.specs, func(s *Spec) bool {
		_, isFile := s.fromFileOf(name)
		return isFile || s.takes(name)
	})
}

// Notices tell of prefixes and names that no variable has, and that a variable resembles which no
// source reads.
func (v *VarSlips) Notices() []string {
	var all []string
	for _, name := range v.names {
		if v.Takes(name) {
			continue
		}
		if hint, idle := v.Hint(name); idle && !slices.Contains(all, hint) {
			all = append(all, hint)
		}
	}
	return all
}

// Hint says which name of the spec is likely meant for a variable that no source reads; "" for
// none. Idle tells that this name matches no variable at all.
func (v *VarSlips) Hint(name string) (hint string, idle bool) {
	for _, s := range v.specs {
		if s.Optional {
			continue
		}
		for _, field := range []struct {
			name string
			vars []string
		}{{"map", slices.Sorted(maps.Keys(s.Map))}, {"fromFile", s.FromFile}} {
			for _, wanted := range field.vars {
				if !v.open && !v.has(wanted) && resembles(wanted, name) {
					return field.name + " names " + diag.Quoted(wanted) + "; did you mean " + diag.Quoted(name) + "?", true
				}
			}
		}
		prefix := s.prefixIn(name)
		switch {
		case prefix == "":
		case v.isIdle(s):
			return "env: " + diag.Quoted(s.Env) + " matches no variable; did you mean " + diag.Quoted(prefix) + "?", true
		default:
			hint = "did you mean " + diag.Quoted(s.Env+strings.TrimPrefix(name, prefix)) + "?"
		}
	}
	return hint, false
}

// isIdle tells whether no variable has the prefix of a source.
func (v *VarSlips) isIdle(s *Spec) bool {
	return s.Env != "" && !v.open && !slices.ContainsFunc(v.names, func(n string) bool { return strings.HasPrefix(n, s.Env) })
}

// IdlePrefix is a prefix that no variable has, quoted; "" for none.
func (v *VarSlips) IdlePrefix() string {
	for _, s := range v.specs {
		if v.isIdle(s) && !s.Optional {
			return diag.Quoted(s.Env)
		}
	}
	return ""
}

// has tells whether a variable is set, or the one that names its file.
func (v *VarSlips) has(name string) bool {
	return slices.Contains(v.names, name) || slices.Contains(v.names, name+"_FILE")
}

// prefixIn is the beginning of a variable that resembles the prefix of the source; "" for none.
func (s *Spec) prefixIn(name string) string {
	prefix := strings.TrimRight(s.Env, "_")
	end := s.Env[len(prefix):]
	for i := range name {
		if len(prefix) > 2 && name[i] == '_' && resembles(prefix, name[:i]) && strings.HasPrefix(name[i:], end) {
			return name[:i+len(end)]
		}
	}
	return ""
}

// resembles tells whether two names differ in case, or by a typing error.
func resembles(a, b string) bool {
	const longest = 100
	if strings.EqualFold(a, b) {
		return true
	}
	most := max(1, len(a)/5)
	return len(a) > 2 && max(len(a), len(b)) <= longest && diag.Distance(strings.ToUpper(a), strings.ToUpper(b)) <= most
}
