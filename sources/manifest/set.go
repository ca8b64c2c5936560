package manifest

import (
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"

	"confit/render/diag"
)

// A Set is the objects of a stream, in their order.
type Set struct {
	Objects []*Object
	index   map[key][]*Object
}

type key struct{ kind, name string }

// add adds an object. The same object twice is an error, unless both say the same.
func (s *Set) add(o *Object) error {
	k := key{o.Kind, o.Name}
	for _, other := range s.index[k] {
		if other.Namespace != o.Namespace || group(other) != group(o) || strings.HasSuffix(o.Name, "-") && ScalarAt(o.Body, "metadata", "name") == "" {
			continue
		}
		if equal(other.Body, o.Body) {
			return nil
		}
		p := o.Problem(o.Body, "duplicate-object", "the "+o.title()+" is there twice, and the two differ", "keep one of the two")
		p.Notes = []string{"the first one is at " + other.Pos.String()}
		return p
	}
	s.index[k] = append(s.index[k], o)
	s.Objects = append(s.Objects, o)
	return nil
}

// group is the API group of an object.
func group(o *Object) string {
	name, _, ok := strings.Cut(o.APIVersion, "/")
	if !ok {
		return ""
	}
	return name
}

func (o *Object) title() string { return o.Kind + " " + diag.Quoted(o.Name) }

// equal tells whether two nodes say the same, in the same order of keys.
func equal(a, b *yaml.Node) bool {
	return a == b || a.Kind == b.Kind && a.Value == b.Value && a.ShortTag() == b.ShortTag() && slices.EqualFunc(a.Content, b.Content, equal)
}

// Find finds an object of a namespace. An object that names no namespace is in that of the
// workload, and a workload without one finds the only object of the name.
func (s *Set) Find(kind, namespace, name string) *Object {
	var found []*Object
	for _, o := range s.index[key{kind, name}] {
		if o.Namespace == namespace {
			return o
		}
		if o.Namespace == "" || namespace == "" {
			found = append(found, o)
		}
	}
	if len(found) == 1 {
		return found[0]
	}
	return nil
}

// Others lists the objects of a kind and a name in all namespaces.
func (s *Set) Others(kind, name string) []*Object { return s.index[key{kind, name}] }

// Names lists the names of the objects of a kind that a workload of the namespace can use.
func (s *Set) Names(kind, namespace string) []string {
	var names []string
	for _, o := range s.Objects {
		if o.Kind == kind && (o.Namespace == namespace || o.Namespace == "" || namespace == "") {
			names = append(names, o.Name)
		}
	}
	return names
}
