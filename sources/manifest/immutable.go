package manifest

import (
	"errors"
	"strings"

	"confit/render/diag"
)

// ImmutableChanges finds ConfigMaps and Secrets that are immutable and have changed under
// their own name: the server refuses the change.
func ImmutableChanges(before, now *Set) error {
	var all []error
	for _, o := range now.Objects {
		if o.Kind != "ConfigMap" && o.Kind != "Secret" {
			continue
		}
		old := before.Find(o.Kind, o.Namespace, o.Name)
		if old == nil || ScalarAt(old.Body, "immutable") != "true" || old.SameKeys(o) {
			continue
		}
		all = append(all, &diag.Problem{
			Cause: diag.CauseData, Code: "immutable", Pos: o.Pos,
			Text: "the " + o.Kind + " " + diag.Quoted(o.Name) + " is immutable, and its keys change under the same name: the server refuses that",
			Hint: "give it a new name, as the generators of kustomize do", Notes: []string{"the old one is at " + strings.TrimPrefix(old.Pos.String(), "./")},
		})
	}
	return errors.Join(all...)
}
