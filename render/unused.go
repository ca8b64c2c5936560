package render

import (
	"fmt"
	"slices"

	"confit/render/content"
	"confit/render/diag"
	"confit/render/tree"
	"confit/render/values"
)

// Unused warns of likely mistakes: values that no output reads and no code names, values that
// templates ask for under a name that is likely misspelt, and sources that no output needs. The
// entries use files of the used sources.
func (r *Result) Unused(names *Names, used map[string]bool) []*diag.Problem {
	read := r.values.NewReadSet()
	read.Join(r.read)
	for _, set := range r.reads {
		if set != nil {
			read.Join(set.ReadSet)
		}
	}
	u := unread{read: &read, names: names, sources: map[string]bool{}}
	all, _ := u.values(r.values.Root())
	all = append(all, r.unsetValues()...)
	return append(all, unusedSources(u.sources, used)...)
}

// Names tells whether code names the value at a path.
func (r *Result) Names(names *Names, p tree.Path) bool {
	n, _ := r.values.Root().Find(p)
	return n != nil && n.Parent() != nil && names.names(n)
}

// unread finds the values that no output reads.
type unread struct {
	read    *values.ReadSet
	names   *Names
	sources map[string]bool // whether one of its values is read
}

// maxListed is the number of unread items of a list that have a warning each.
const maxListed = 12

// values warns of the values at and below a node that no output reads, once for a map or list
// of which none is read.
func (u *unread) values(n *tree.Node) (all []*diag.Problem, none bool) {
	kids := n.Children()
	if len(kids) == 0 {
		return u.leaf(n)
	}
	none = true
	leaves, items := 0, []*diag.Problem(nil) // unread items of a list
	for i := range kids {
		problems, unread := u.values(&kids[i])
		none = none && unread
		if n.IsList() && len(problems) > 0 && kids[i].IsLeaf() {
			if leaves++; leaves <= maxListed {
				items = append(items, problems...)
			}
			continue
		}
		all = append(all, problems...)
	}
	switch {
	case n.Parent() == nil, len(all)+leaves == 0:
	case none && u.names.covers(n):
		return nil, true
	case none && len(kids) > 1:
		return []*diag.Problem{warn("unread-value", n.Pos(), "no output reads anything of "+diag.Quoted(n.Path().String()))}, true
	}
	if leaves > maxListed {
		items = []*diag.Problem{warn("unread-value", n.Pos(), fmt.Sprintf("no output reads %d of the %d items of %s", leaves, len(kids), diag.Quoted(n.Path().String())))}
	}
	return append(items, all...), none
}

// leaf warns of a leaf that no output reads.
func (u *unread) leaf(n *tree.Node) (all []*diag.Problem, none bool) {
	if n.Parent() == nil {
		return nil, false
	}
	name := n.SourceName()
	u.sources[name] = u.sources[name] || n.IsLeaf() && u.read.Has(n) || u.names.file(n)
	switch {
	case !n.IsLeaf() || u.read.Has(n):
		return nil, false
	case n.Origin() != nil && n.Origin().Incidental, u.names.file(n), u.names.names(n), u.names.covers(n):
		return nil, true
	}
	return []*diag.Problem{warn("unread-value", n.Pos(), "no output reads "+diag.Quoted(n.Path().String()))}, true
}

// maxSearches is the number of absent values for which similar names are searched: each search
// reads all names beside the value.
const maxSearches = 1000

// unsetValues warns of values that templates ask for and no source sets, each once. A template
// may ask for a value that nobody needs to set; one whose name resembles another one is likely
// misspelt.
func (r *Result) unsetValues() []*diag.Problem {
	var all []*diag.Problem
	seen := map[string]bool{}
	for _, m := range r.missing {
		if seen[m.Path()] || len(seen) == maxSearches {
			continue
		}
		seen[m.Path()] = true
		if p := m.Misspelt(); p != nil {
			all = append(all, p)
		}
	}
	return all
}

// unusedSources warns of sources without a value that is read or a file that is used.
func unusedSources(sources, used map[string]bool) []*diag.Problem {
	var names []string
	for name, read := range sources {
		if !read && !used[name] {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	var all []*diag.Problem
	for _, name := range names {
		all = append(all, warn("idle-source", diag.Pos{}, "no output needs the source "+name))
	}
	return all
}

func warn(code string, pos diag.Pos, text string) *diag.Problem {
	return &diag.Problem{Cause: diag.CauseData, Code: code, Pos: pos, Text: text}
}

// ExplainFile lists the values that an output read. It is false for an unknown output.
func (r *Result) ExplainFile(file string) ([]values.Explained, bool) {
	i := slices.IndexFunc(r.Outputs, func(o content.Output) bool { return o.Path == file })
	if i < 0 {
		return nil, false
	}
	all := []values.Explained{}
	for _, x := range r.values.Explained() {
		if x.Node.IsLeaf() && r.hasRead(i, x.Node) {
			all = append(all, x)
		}
	}
	return all, true
}

// maxReaders is the number of outputs that explain names of each value. Where every output reads
// every value, a list of all would grow with the product of the two.
const maxReaders = 100

// Annotate adds to explained values the outputs that read them.
func (r *Result) Annotate(all []values.Explained) {
	asked := map[int]*values.Explained{}
	for i := range all {
		if all[i].Node.IsLeaf() {
			asked[all[i].Node.ID()] = &all[i]
		}
	}
	for i, o := range r.Outputs {
		if r.reads[i] == nil {
			continue
		}
		r.reads[i].Each(func(id int) {
			switch x := asked[id]; {
			case x == nil:
			case len(x.ReadBy) < maxReaders:
				x.ReadBy = append(x.ReadBy, o.Path)
			default:
				x.ReadMore++
			}
		})
	}
}

// hasRead tells whether output i read a leaf.
func (r *Result) hasRead(i int, leaf *tree.Node) bool {
	return r.reads[i] != nil && r.reads[i].Has(leaf)
}
