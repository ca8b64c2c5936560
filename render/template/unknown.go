package template

import (
	"reflect"
	"regexp"
	"slices"
	"strings"
	"text/template/parse"

	"confit/render/diag"
	"confit/render/syntax"
	"confit/render/tree"
	"confit/render/values"
)

// topNames are the names in the dot of a file; Item and Key only where the entry has each:.
var topNames = []string{".Values", ".Files", ".Item", ".Key"}

// rootNames are names that other dots than that of a file do not have, except where the template or
// the data says so. As in Helm, a field of an absent one is an error.
var rootNames = strings.Fields("Values Files Item Env Release Chart Capabilities")

// isTop reports whether m is the dot of the file, not a map that the template made.
func (e *eval) isTop(m map[string]any) bool {
	return e.top != nil && reflect.ValueOf(m).Pointer() == reflect.ValueOf(e.top).Pointer()
}

// absentAtTop marks a name that the dot of the file does not have, and that no template adds.
func (e *eval) absentAtTop(m *Missing) *Missing {
	absent, known := e.absent[m.key]
	if !known {
		added := regexp.MustCompile(`\bset\s+[$.]\s+"` + regexp.QuoteMeta(m.key) + `"`)
		absent = !added.MatchString(e.prog.main.src.Text)
		for _, d := range e.prog.partials {
			absent = absent && !added.MatchString(d.src.Text)
		}
		if e.absent == nil {
			e.absent = map[string]bool{}
		}
		e.absent[m.key] = absent
	}
	m.atTop = absent
	m.impossible = m.atTop && m.key != "Item" && m.key != "Key"
	return m
}

// code is template code that reads the value; "…" where the template computed a part of it.
func (m *Missing) code() string {
	if path, err := tree.ParsePath(strings.TrimPrefix(m.path, ".Values")); err == nil && strings.HasPrefix(m.path, ".Values.") {
		return syntax.Expression(".Values", path)
	}
	if strings.HasPrefix(m.path, "(") {
		return "…"
	}
	return m.path
}

// failImpossible fails for a name that can never exist, and returns any other value.
func (e *eval) failImpossible(at parse.Node, v any) any {
	if m, ok := v.(*Missing); ok && m.impossible {
		return e.failMissing(at, m)
	}
	return v
}

// noScalarField is the hint for a field of a scalar.
func (e *eval) noScalarField(name string) string {
	if !slices.Contains(rootNames, name) {
		return ""
	}
	return e.otherDot(&Missing{path: "." + name, key: name})
}

// below is a field of a missing value.
func (m *Missing) below(name string) *Missing {
	next := *m
	if m.rootName {
		next.path = "." + m.key
	}
	next.path += "." + diag.Quoted(name)
	next.impossible = m.impossible || m.atTop || m.rootName
	return &next
}

// otherDot is the hint for a name of the file's dot where the dot is another one.
func (e *eval) otherDot(m *Missing) string {
	dollar, _ := e.vars[0].value.(map[string]any)
	switch {
	case m.key != "Values" && m.key != "Files" && m.key != "Item":
		return strings.Replace(e.engine.notAtTop(m), " .Values", " $.Values", 1)
	case e.isTop(dollar):
		return "the dot is another one here: write $" + m.path
	}
	return `the template got another dot: pass that of the file, like include "name" $`
}

// notAtTop is the hint for a name that the dot of a file does not have.
func (en *Engine) notAtTop(m *Missing) string {
	switch m.key {
	case "Release", "Chart", "Capabilities", "Template", "Subcharts":
		return "there is no release and no chart here: give what you need of " + m.key + " as a value"
	case "Env":
		_, name, _ := strings.Cut(m.path, ".Env.")
		return en.variableHint(name)
	case "Item", "Key":
		return "." + m.key + " is there where the entry has each:"
	}
	return diag.DidYouMeanOneOf("."+m.key, topNames, "a template begins with ")
}

// variableHint says how to read an environment variable.
func (en *Engine) variableHint(name string) string {
	if name == "" {
		return "declare the variable with an env: source and read it as a value"
	}
	if found := en.find(name); len(found) > 0 {
		return "declare the variable with an env: source, and write " + syntax.Expression(".Values", found[0])
	}
	return "declare the variable with an env: source, and write .Values." + strings.ToLower(name)
}

// find returns the paths of the values that an environment variable of a name could set.
func (en *Engine) find(name string) []tree.Path {
	if en.values == nil {
		return nil
	}
	return values.IndexVars(en.values.Root(), values.Layer{Vars: []values.Var{{Rest: name}}})[values.FoldName(name)]
}
