package main

import "fmt"

// A Workload is one input for every contender, in no contender's language.
type Workload struct {
	Name      string
	Title     string
	Sources   []Source // merged in this order, a later one wins
	Templates []Template
	Container bool     // in a container that has little
	Repeat    bool     // the outputs of the last run are still there
	Only      []string // the contenders asked; nil means all that can
}

// A Source is one mounted volume.
type Source struct {
	Name  string
	Files []Tree
}

// A Tree is one file of values.
type Tree struct {
	Name   string // ends in .yaml
	Values map[string]any
}

// A Template becomes one output of the same name, which ends in .txt: some peers
// tell a template from YAML by that.
type Template struct {
	Name string
	Body []Node
}

// Values merges all sources.
func (w *Workload) Values() map[string]any {
	values := map[string]any{}
	for _, source := range w.Sources {
		for _, file := range source.Files {
			merge(values, file.Values)
		}
	}
	return values
}

// Want is the outputs as they must be.
func (w *Workload) Want() map[string][]byte {
	values := w.Values()
	want := map[string][]byte{}
	for _, t := range w.Templates {
		want[t.Name] = []byte(expected(t.Body, values))
	}
	return want
}

// workloads has the recipes in the order they run. The seed is fixed, so that
// two runs of two versions see the same bytes.
var workloads = []struct {
	Name  string
	Quick bool // part of -quick, in its small form
	Long  bool // only on a full run, or when asked for by name
	Make  func(quick bool) *Workload
}{
	{"W1", true, false, func(bool) *Workload { return single() }},
	{"W2", true, false, func(quick bool) *Workload {
		if quick {
			return folder("W2", 10)
		}
		return folder("W2", 100)
	}},
	{"W3", false, false, func(bool) *Workload { return many("W3", 10_000) }},
	{"W4", false, false, func(bool) *Workload { return large(10 << 20) }},
	{"W5", false, false, func(bool) *Workload { return layers("W5", 1_000) }},
	{"W6", false, false, func(bool) *Workload {
		w := many("W6", 10_000)
		w.Title, w.Repeat = "W3 again, nothing changed", true
		return w
	}},
	{"C1", false, false, func(bool) *Workload { return contained("C1", single()) }},
	{"C2", false, false, func(bool) *Workload { return contained("C2", folder("W2", 100)) }},
	{"W3x10", false, true, func(bool) *Workload {
		w := many("W3x10", 100_000)
		w.Only = []string{"confit", "proto"}
		return w
	}},
	{"W5x10", false, true, func(bool) *Workload {
		w := layers("W5x10", 10_000)
		w.Only = []string{"confit", "proto"}
		return w
	}},
}

// single has no blocks: envsubst has none.
func single() *Workload {
	g := newGen("W1")
	values := g.groups(1, 20)
	return &Workload{
		Name: "W1", Title: "1 template, 20 values",
		Sources:   []Source{{"app", []Tree{{"values.yaml", values}}}},
		Templates: []Template{{"app.txt", g.eachOnce(values)}},
	}
}

// contained is a workload in a container with a tenth of a processor and 32 MiB.
func contained(name string, w *Workload) *Workload {
	w.Title += ", in a container with cpu: 100m and memory: 32Mi"
	w.Name, w.Container = name, true
	return w
}

func folder(name string, templates int) *Workload {
	g := newGen(name)
	w := &Workload{Name: name, Title: fmt.Sprintf("%d templates of 2 KB, 200 values from 10 sources", templates)}
	for i := range 10 {
		w.Sources = append(w.Sources, Source{fmt.Sprintf("s%d", i), []Tree{{"values.yaml", g.layer(i, 20)}}})
	}
	known := g.known(w.Values())
	for i := range templates {
		w.Templates = append(w.Templates, Template{fmt.Sprintf("conf-%03d.txt", i), g.template(known, 2000)})
	}
	return w
}

func many(name string, templates int) *Workload {
	g := newGen("W3")
	values := g.groups(1, 20)
	w := &Workload{
		Name: name, Title: fmt.Sprintf("%d small templates", templates),
		Sources: []Source{{"app", []Tree{{"values.yaml", values}}}},
	}
	known := g.known(values)
	for i := range templates {
		w.Templates = append(w.Templates, Template{fmt.Sprintf("conf-%05d.txt", i), g.template(known, 150)})
	}
	return w
}

// large reads its list inside a YAML block, so that helm may take the output for
// a manifest.
func large(size int) *Workload {
	g := newGen("W4")
	return &Workload{
		Name: "W4", Title: "1 template over 10 MB of YAML",
		Sources: []Source{{"app", []Tree{{"values.yaml", map[string]any{"servers": g.records(size)}}}}},
		Templates: []Template{{"upstreams.txt", []Node{
			{Kind: Literal, Text: "upstreams: |\n"},
			{Kind: Each, Text: "servers", Body: []Node{
				{Kind: Literal, Text: "  server "},
				{Kind: Item, Text: "host"},
				{Kind: Literal, Text: ":"},
				{Kind: Item, Text: "port"},
				{Kind: Literal, Text: ";\n"},
			}},
		}}},
	}
}

func layers(name string, files int) *Workload {
	g := newGen("W5")
	source := Source{Name: "app"}
	for i := range files {
		source.Files = append(source.Files, Tree{fmt.Sprintf("%05d.yaml", i), g.layer(i, 10)})
	}
	w := &Workload{Name: name, Title: fmt.Sprintf("%d source files merged", files), Sources: []Source{source}}
	w.Templates = []Template{{"app.txt", g.template(g.known(w.Values()), 2000)}}
	return w
}
