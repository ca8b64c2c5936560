package main

import (
	"fmt"
	"slices"
	"strings"

	"confit/render/diag"
	"confit/render/values"
	"confit/sources"
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

// unusedVariables warns of variables of the container that no source reads, where a name of the
// spec is likely misspelt or nobody would set the variable for nothing: a pod has others by habit.
func (r *pipeRun) unusedVariables() []finding {
	if r.container == nil || r.spec == nil || slices.ContainsFunc(diag.Problems(r.err, diag.CauseUnknown), func(p *diag.Problem) bool { return p.Cause == diag.CauseSpec || p.Cause == diag.CauseUsage }) {
		return nil
	}
	slips := sources.NewVarSlips(r.spec.Sources, r.container.Environ(), r.container.HasOpenVars())
	said := map[string]bool{}
	var all []finding
	for _, v := range r.container.Given() {
		if slips.Takes(v.Name) || isForRuntime(v.Name) {
			continue
		}
		hint, idle := slips.Hint(v.Name)
		switch {
		case v.All && (!idle || said[hint]), hint == "" && v.Shared:
			continue
		case hint == "" && slips.IdlePrefix() != "":
			hint = "env: " + slips.IdlePrefix() + " matches no variable; name this one in map:, or leave it out"
		case hint == "" && v.Secret:
			hint = "name it in map: of an env source, or leave the variable out"
		case hint == "":
			continue
		}
		said[hint] = true
		p := diag.Problemf(diag.CauseData, "unused-variable", v.Pos, "no source reads the variable %s", diag.Quoted(v.Name))
		p.Hint, p.Notes = hint, []string{"in the " + r.title}
		all = append(all, finding{"warning", p})
	}
	return all
}

// isForRuntime tells whether confit, its runtime or the system reads a variable of that name.
func isForRuntime(name string) bool {
	switch strings.ToUpper(name) {
	case "HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY", "ALL_PROXY":
		return true
	}
	return strings.HasPrefix(name, "CONFIT_") || slices.Contains(runtimeVars, name)
}

var runtimeVars = strings.Fields("TZ HOME PATH USER HOSTNAME LANG LC_ALL TERM TMPDIR NO_COLOR SSL_CERT_FILE SSL_CERT_DIR GODEBUG GOGC GOMAXPROCS GOMEMLIMIT GOTRACEBACK")
