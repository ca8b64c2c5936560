package report

import (
	"fmt"
	"net/url"
	"slices"
	"strings"

	"confit/sinks/console"
)

// sarifLimit is the number of results that GitHub takes of a run.
const sarifLimit = 25_000

type (
	object = map[string]any
	list   = []any
)

// sarif is SARIF 2.1.0, with all that GitHub code scanning asks for. Of more results than it
// takes, the worst are there, and a notification counts the others.
func (r *Report) sarif() string {
	all := worstFirst(r.Findings)
	prints := fingerprints(all)
	left := max(len(all)-sarifLimit, 0)
	all = all[:len(all)-left]
	rules, index := sarifRules(all)
	results := list{}
	for i := range all {
		results = append(results, r.result(&all[i], index[rule(all[i].Code)], prints[i]))
	}
	invocation := object{"executionSuccessful": true}
	if left > 0 {
		invocation["toolExecutionNotifications"] = list{object{"level": "warning", "message": object{"text": fmt.Sprintf("%d more results are left out", left)}}}
	}
	run := object{
		"tool":              object{"driver": object{"name": "confit", "version": r.Version, "rules": rules}},
		"automationDetails": object{"id": "confit/" + uri(r.Subject) + "/"},
		"columnKind":        "unicodeCodePoints",
		"invocations":       list{invocation},
		"results":           results,
	}
	var b strings.Builder
	_ = console.WriteJSON(&b, object{ // a builder takes all
		"$schema": "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json",
		"version": "2.1.0", "runs": list{run},
	})
	return b.String()
}

// rule is the code of a finding as the name of a rule.
func rule(code string) string {
	if code == "" {
		return "confit"
	}
	return code
}

// sarifRules are the rules that findings broke, and the index of each.
func sarifRules(all []Finding) (rules list, index map[string]int) {
	rules, index = list{}, map[string]int{}
	var codes []string
	for i := range all {
		codes = append(codes, rule(all[i].Code))
	}
	slices.Sort(codes)
	for i, code := range slices.Compact(codes) {
		index[code] = i
		meaning := Meaning(code)
		rules = append(rules, object{
			"id":               code,
			"shortDescription": object{"text": text([]string{strings.ReplaceAll(meaning, "`", "")}, 1024)},
			"fullDescription":  object{"text": text([]string{strings.ReplaceAll(meaning, "`", "")}, 1024)},
			"help":             object{"text": text([]string{strings.ReplaceAll(meaning, "`", ""), "See " + page + "."}, 1024), "markdown": text([]string{meaning, "", "See " + page + "."}, 1024)},
		})
	}
	return rules, index
}

// page is the page of the documentation that explains the codes.
const page = "docs/errors.md of confit"

// result is a finding. A text in it is no link, which viewers make of [text](target).
func (r *Report) result(f *Finding, index int, print string) object {
	file, line, col := r.at(f)
	level := f.Level
	if level == "notice" {
		level = "note"
	}
	region := object{"startLine": line, "startColumn": col, "endLine": line, "endColumn": max(f.End, col+1)}
	return object{
		"ruleId": rule(f.Code), "ruleIndex": index, "level": level,
		"message":             object{"text": strings.ReplaceAll(strings.Join(f.lines(), "\n"), "](", "] (")},
		"locations":           list{object{"physicalLocation": object{"artifactLocation": object{"uri": uri(file), "uriBaseId": "%SRCROOT%"}, "region": region}}},
		"partialFingerprints": object{"primaryLocationLineHash": print},
	}
}

// uri is a path of the repository as a relative reference.
func uri(file string) string {
	if strings.HasPrefix(file, "/") {
		return (&url.URL{Scheme: "file", Path: file}).String()
	}
	return (&url.URL{Path: strings.TrimPrefix(file, "./")}).String()
}
