package render

import (
	"slices"

	"confit/render/content"
	"confit/render/diag"
	"confit/render/tree"
	"confit/render/values"
)

// Unused warns of likely mistakes: values that no output reads, values that templates ask for
// and no source sets, and sources that no output needs.
func (r *Result) Unused(used map[string]bool) []*diag.Problem {
	read := r.values.NewReadSet()
	read.Join(r.read)
	for _, set := range r.reads {
		if set != nil {
			read.Join(set.ReadSet)
		}
	}
	sources := map[string]bool{}
	all := unreadValues(r.values.Root(), &read, sources)
	all = append(all, r.unsetValues()...)
	return append(all, unusedSources(sources, used)...)
}

// unreadValues warns of values that no output reads, once for a whole map or list. It records
// for each source whether one of its values is read.
func unreadValues(n *tree.Node, read *values.ReadSet, sources map[string]bool) []*diag.Problem {
	kids := n.Children()
	if len(kids) == 0 {
		if n.Parent() == nil {
			return nil
		}
		name := n.SourceName()
		sources[name] = sources[name] || n.IsLeaf() && read.Has(n)
		if !n.IsLeaf() || read.Has(n) {
			return nil
		}
		return []*diag.Problem{warn("unread-value", n.Pos(), diag.Quoted(n.Path().String())+" is read by no output")}
	}
	var all []*diag.Problem
	leaves := 0
	for i := range kids {
		all = append(all, unreadValues(&kids[i], read, sources)...)
		leaves++
	}
	if n.Parent() != nil && leaves > 1 && len(all) == leaves {
		return []*diag.Problem{warn("unread-value", n.Pos(), "nothing of "+diag.Quoted(n.Path().String())+" is read by any output")}
	}
	return all
}

// unsetValues warns of values that templates ask for and no source sets, each once.
func (r *Result) unsetValues() []*diag.Problem {
	var all []*diag.Problem
	seen := map[string]bool{}
	for _, m := range r.missing {
		if p := m.Unset(); p != nil && !seen[p.Text] {
			seen[p.Text] = true
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

// readBy names the outputs that read a value.
func (r *Result) readBy(n *tree.Node) []string {
	var names []string
	for i, o := range r.Outputs {
		if n.IsLeaf() && r.hasRead(i, n) {
			names = append(names, o.Path)
		}
	}
	return names
}

// Annotate adds to explained values the outputs that read them.
func (r *Result) Annotate(all []values.Explained) {
	for i := range all {
		all[i].ReadBy = r.readBy(all[i].Node)
	}
}

// hasRead tells whether output i read a leaf.
func (r *Result) hasRead(i int, leaf *tree.Node) bool {
	return r.reads[i] != nil && r.reads[i].Has(leaf)
}
