package manifest

import (
	"strings"

	"confit/render/diag"
	"confit/render/glob"
)

// Select lists the workloads that one of the patterns names, as KIND/NAME or
// NAMESPACE/KIND/NAME; all of them without a pattern.
func (s *Set) Select(patterns []string) ([]*Workload, error) {
	all := s.Workloads()
	if len(patterns) == 0 {
		return all, nil
	}
	var kept []*Workload
	var names []string
	matched := map[string]bool{}
	for _, w := range all {
		names = append(names, w.Object.String())
		keep := false
		for _, pattern := range patterns {
			if matchWorkload(pattern, w) {
				matched[pattern], keep = true, true
			}
		}
		if keep {
			kept = append(kept, w)
		}
	}
	for _, pattern := range patterns {
		if !matched[pattern] {
			return nil, &diag.Problem{
				Cause: diag.CauseUsage, Code: "usage", Text: "--workload " + diag.Quoted(pattern) + " matches no workload",
				Hint: diag.DidYouMeanOneOf(pattern, names, "the workloads are "),
			}
		}
	}
	return kept, nil
}

// matchWorkload compares a pattern with a workload. Kinds are
// matched whatever their case, as kubectl does.
func matchWorkload(pattern string, w *Workload) bool {
	parts := strings.Split(pattern, "/")
	kind, name := parts[len(parts)-2], parts[len(parts)-1]
	if len(parts) == 3 && !glob.Match(parts[0], w.Namespace) {
		return false
	}
	return glob.Match(strings.ToLower(kind), strings.ToLower(w.Kind)) && glob.Match(name, w.Object.Name)
}
