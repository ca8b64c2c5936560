package report

import (
	"strings"

	"confit/sinks/console"
)

// json is a list of the findings.
func (r *Report) json() string {
	all := r.Findings
	if all == nil {
		all = []Finding{}
	}
	var b strings.Builder
	_ = console.WriteJSON(&b, all) // a builder takes all
	return b.String()
}
