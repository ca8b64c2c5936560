package render

import (
	"slices"
	"strings"

	"confit/render/diag"
	"confit/render/template"
	"confit/render/tree"
)

// optional ends a path of when: whose value may be absent.
const optional = "?"

// whenPath is the path of when:, without the mark of an optional one.
func (e *Entry) whenPath() (path string, mayLack bool) {
	if path, ok := strings.CutSuffix(e.When, optional); ok && !strings.HasSuffix(path, `\`) {
		return path, true
	}
	return e.When, false
}

// enabled tells whether the value of when: is present and true. A path that is likely
// misspelt is an error: the output would silently be left out, and an earlier one removed.
func (r *renderer) enabled(e *Entry) (bool, error) {
	if e.When == "" {
		return true, nil
	}
	path, mayLack := e.whenPath()
	p, _ := tree.ParsePath(path)
	n, deepest := r.Values.Root().Find(p)
	if n == nil {
		if mayLack {
			return false, nil
		}
		return false, e.misspeltWhen(p, deepest)
	}
	r.read.AddAll(n)
	if s, ok := n.Value().(string); ok && n.IsText() && template.ReadsFalse(s) {
		problem := diag.Problemf(diag.CauseData, "truthy-text", e.At("when"), "when: %s is text that reads as false but counts as true", diag.Quoted(e.When))
		problem.Hint = "set typed: true on the source of it (" + n.Pos().String() + ")"
		return false, problem
	}
	return !template.Empty(n), nil
}

// misspeltWhen is the error of a path that leads nowhere, if a name beside it resembles it or
// it leads into a scalar or a list.
func (e *Entry) misspeltWhen(p tree.Path, deepest *tree.Node) error {
	at := deepest.Path()
	step := p[len(at)]
	meant := "write when: " + diag.Quoted(p.String()) + optional + " if the value may be absent"
	if !deepest.IsMap() && !step.IsIndex {
		problem := diag.Problemf(diag.CauseData, "missing-value", e.At("when"), "when: there is no value %s, as %s is %s",
			diag.Quoted(p.String()), diag.Quoted(at.String()), diag.WithArticle(deepest.Kind()))
		problem.Hint = meant
		return problem
	}
	if slices.Contains([]string{"true", "false", "yes", "no", "on", "off"}, strings.ToLower(p.String())) {
		return e.Problem("when", "when: "+p.String()+" is no path to a value", "leave when: out, or name a value, like a.b.c")
	}
	if step.IsIndex || !diag.Misspelt(step.Key, deepest.Keys()) {
		return nil
	}
	problem := diag.Problemf(diag.CauseData, "missing-value", e.At("when"), "when: there is no value %s", diag.Quoted(p.String()))
	problem.Hint = diag.DidYouMean(step.Key, deepest.Keys(), "") + " " + meant
	problem.Seen = deepest.Near(step.Key)
	return problem
}
