package kubelet

import (
	"slices"

	"confit/render/diag"
)

// A Given is a variable that the manifest gives to a container.
type Given struct {
	Name   string
	Pos    diag.Pos
	All    bool // it is of an envFrom:, which often brings more than is used
	Shared bool // another container has it, too, or it is a field of the pod
	Secret bool // it is a key of a Secret
}

// Given lists the variables that the manifest gives to the container, but for those that other
// variables, the arguments or the mounts refer to as $(NAME).
func (c *Container) Given() []Given {
	used := c.references()
	var all []Given
	for _, v := range c.Vars {
		i := slices.IndexFunc(c.container.Env, func(e envVar) bool { return e.Name == v.Name })
		switch {
		case used[v.Name]:
		case i >= 0:
			from := c.container.Env[i].From
			ofPod := from != nil && (from.Field != nil || from.Resource != nil)
			all = append(all, Given{Name: v.Name, Pos: v.Pos, Shared: ofPod || c.othersHave(v.Name), Secret: v.Key != nil && v.Key.Data.Kind == "Secret"})
		case v.Key != nil:
			all = append(all, Given{Name: v.Name, Pos: v.Pos, All: true})
		}
	}
	return all
}

// references are the names that stand in $(NAME).
func (c *Container) references() map[string]bool {
	used := map[string]bool{}
	note := func(name string) (string, bool) {
		used[name] = true
		return "", false
	}
	for _, text := range slices.Concat(c.container.Command, c.container.Args) {
		expand(text, note)
	}
	for i := range c.container.Env {
		expand(c.container.Env[i].Value, note)
	}
	for i := range c.VolumeMounts {
		expand(c.VolumeMounts[i].SubPathExpr, note)
	}
	return used
}

// othersHave tells whether another container of the pod sets a variable of that name.
func (c *Container) othersHave(name string) bool {
	return slices.ContainsFunc(c.pod.Containers, func(o *Container) bool {
		return o != c && slices.ContainsFunc(o.container.Env, func(e envVar) bool { return e.Name == name })
	})
}
