package main

import (
	"fmt"
	"slices"

	"confit/render/diag"
	"confit/render/values"
)

// tellNewKeys tells of variables that match no value: in a notice, or later in findings.
func (c *confit) tellNewKeys(all []values.NewKey) {
	if !c.verb.hasFindings() {
		c.console.Notice(values.NewKeysNotice(all))
		return
	}
	c.newKeys = append(c.newKeys, all...)
}

// variables are the findings about environment variables. Unused are the warnings about values;
// of a variable that is likely misspelt the result has no second one.
func (r *pipeRun) variables(unused []*diag.Problem) (all []finding, rest []*diag.Problem) {
	others := 0
	for i := range r.newKeys {
		k := &r.newKeys[i]
		p := k.Problem()
		unread := slices.IndexFunc(unused, func(u *diag.Problem) bool { return u.Code == "unread-value" && u.Pos == p.Pos })
		switch {
		case k.IsLikelySlip() && !(r.result != nil && r.result.Names(r.uses.names, k.Path)):
			if unread >= 0 {
				unused = slices.Delete(unused, unread, unread+1)
			}
			all = append(all, finding{"warning", p})
		case unread >= 0:
		case others < values.MaxNewKeys:
			others++
			p.Hint = ""
			all = append(all, finding{"notice", p})
		default:
			others++
		}
	}
	if more := others - values.MaxNewKeys; more > 0 {
		all = append(all, finding{"notice", &diag.Problem{Code: "env-unknown", Text: fmt.Sprintf("%s more match no value", diag.Plural(more, "variable"))}})
	}
	return all, unused
}
