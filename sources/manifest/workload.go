package manifest

import (
	"slices"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"
)

// A Workload is a pod template of an object.
type Workload struct {
	*Object
	Part     string     // which template, in an object with several; "" for the only one
	Template *yaml.Node // the map with the metadata and the spec of the pod
}

// String is Kind/name, and the part of an object with several templates.
func (w *Workload) String() string {
	if w.Part != "" {
		return w.Object.String() + "/" + w.Part
	}
	return w.Object.String()
}

// Dir is a name for the directory of the workload; several others have that name without their
// namespaces.
func (w *Workload) Dir(several bool) string {
	name := w.Kind + "-" + w.Object.Name
	if several && w.Namespace != "" {
		name = w.Namespace + "-" + name
	}
	if w.Part != "" {
		name += "-" + w.Part
	}
	return name
}

// IsPod tells whether the object is the pod itself.
func (w *Workload) IsPod() bool { return w.Template == w.Body }

// noPods are the kinds of objects that may hold the text of a pod template, and run none.
var noPods = []string{"ConfigMap", "Secret", "CustomResourceDefinition", "PodTemplate", "ValidatingAdmissionPolicy", "MutatingAdmissionPolicy"}

// Workloads finds the pod templates of all objects by their shape: whatever its kind, an
// object that runs pods has a map with a spec that lists containers. It leaves out the test
// hooks of Helm.
func (s *Set) Workloads() []*Workload {
	var all []*Workload
	for _, o := range s.Objects {
		if slices.Contains(noPods, o.Kind) || isTest(o) {
			continue
		}
		first := len(all)
		findTemplates(o.Body, 0, func(template *yaml.Node) {
			all = append(all, &Workload{Object: o, Template: template})
		})
		if len(all)-first > 1 {
			for i := range all[first:] {
				all[first+i].Part = strconv.Itoa(i)
			}
		}
	}
	return all
}

func isTest(o *Object) bool {
	hooks := strings.Split(ScalarAt(o.Body, "metadata", "annotations", "helm.sh/hook"), ",")
	return slices.ContainsFunc(hooks, func(hook string) bool { return strings.HasPrefix(strings.TrimSpace(hook), "test") })
}

func findTemplates(n *yaml.Node, depth int, found func(*yaml.Node)) {
	const deepest = 12
	if depth > deepest {
		return
	}
	if containers := NodeAt(n, "spec", "containers"); containers != nil && containers.Kind == yaml.SequenceNode {
		found(n)
		return
	}
	for i, c := range n.Content {
		isKey := n.Kind == yaml.MappingNode && i%2 == 0
		if !isKey && c.Kind != yaml.ScalarNode {
			findTemplates(c, depth+1, found)
		}
	}
}
