package template

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"reflect"
	"slices"
	"strings"
	"testing"
	"text/template"
	"time"

	"github.com/Masterminds/sprig/v3"

	"confit/render/diag"
	"confit/render/format"
	"confit/render/rendertest"
	"confit/render/syntax"
	"confit/render/tree"
	"confit/render/values"
)

// A reference executes a template as text/template, sprig and Helm would, and notes
// what our rules are about.
type reference struct {
	out     string
	err     error
	usedNil bool // a function that works on its argument got nothing
}

// asking are the functions that may be given nothing.
var asking = strings.Fields(`and or not default coalesce empty required ternary any all eq ne hasKey get index dig kindIs
	kindOf typeIs typeOf typeIsLike list tuple dict set include tpl append prepend deepEqual without uniq concat first last
	rest initial reverse slice chunk compact merge mergeOverwrite pluck pick omit values keys deepCopy`)

// oracle is text/template with Helm's functions, made once; now is the reference being
// run.
type oracle struct {
	base  *template.Template
	plain template.FuncMap // what is watched in base
	now   *reference
}

var helmLike = newOracle()

func newOracle() *oracle {
	o := &oracle{base: template.New("main")}
	o.base.Funcs(o.funcs())
	return o
}

func (o *oracle) run(text string, values map[string]any) *reference {
	r := &reference{}
	o.now = r
	t := template.Must(o.base.Clone())
	t.Funcs(r.helm(t))
	if _, err := t.Parse(text); err != nil {
		r.err = err
		return r
	}
	var b strings.Builder
	r.err = t.Execute(&b, map[string]any{"Values": values})
	r.out = b.String()
	return r
}

// funcs is sprig, and what Helm adds. The values of a map come in the order of their
// keys, or no two runs would agree.
func (o *oracle) funcs() template.FuncMap {
	m := template.FuncMap{}
	for name, f := range sprig.GenericFuncMap() {
		if syntax.Refused(name) == "" {
			m[name] = f
		}
	}
	m["keys"] = func(maps ...map[string]any) []string {
		all := []string{}
		for _, d := range maps {
			all = append(all, tree.SortedKeys(d)...)
		}
		return all
	}
	m["values"] = func(d map[string]any) []any {
		all := []any{}
		for _, k := range tree.SortedKeys(d) {
			all = append(all, d[k])
		}
		return all
	}
	m["print"], m["println"], m["printf"] = fmt.Sprint, fmt.Sprintln, fmt.Sprintf
	m["html"], m["js"], m["urlquery"] = template.HTMLEscaper, template.JSEscaper, template.URLQueryEscaper
	helmAdds(m)
	o.plain = maps.Clone(m)
	for name, f := range m {
		m[name] = o.watched(name, f)
	}
	maps.Copy(m, (&reference{}).helm(nil)) // for the parser
	return m
}

// helmAdds are the functions of Helm that execute no template.
func helmAdds(m template.FuncMap) {
	m["toYaml"] = func(v any) (string, error) {
		return format.EncodeYAML((&eval{engine: testEngine}).fromGo(nil, reflect.ValueOf(v)))
	}
	m["fromYaml"] = func(s string) (map[string]any, error) {
		n, err := format.DecodeYAML([]byte(s), &tree.Origin{})
		if err != nil || !n.IsMap() {
			return map[string]any{"Error": "not a map"}, nil
		}
		return tree.Plain(n).(map[string]any), nil
	}
	m["required"] = func(msg string, v any) (any, error) {
		if v == nil || v == "" {
			return nil, fmt.Errorf("%s", msg)
		}
		return v, nil
	}
	m["sortAlpha"] = func(v any) []string { // sprig's sorts its own argument in place
		return slices.Sorted(slices.Values(sprig.GenericFuncMap()["toStrings"].(func(any) []string)(v)))
	}
}

// helm gives the functions that execute templates of t.
func (r *reference) helm(t *template.Template) template.FuncMap {
	done := func(b *strings.Builder, err error) (string, error) {
		r.usedNil = r.usedNil || strings.Contains(b.String(), "<no value>")
		return b.String(), err
	}
	return template.FuncMap{
		"include": func(name string, data any) (string, error) {
			var b strings.Builder
			return done(&b, t.ExecuteTemplate(&b, name, data))
		},
		"tpl": func(text string, data any) (string, error) {
			c, err := t.Clone()
			if err != nil {
				return "", err
			}
			if c, err = c.Funcs(r.helm(c)).New("tpl").Parse(text); err != nil {
				return "", err
			}
			var b strings.Builder
			return done(&b, c.Execute(&b, data))
		},
	}
}

// watched notes where a function that works on its argument is given nothing.
func (o *oracle) watched(name string, f any) any {
	v := reflect.ValueOf(f)
	asks := slices.Contains(asking, name)
	return reflect.MakeFunc(v.Type(), func(in []reflect.Value) []reflect.Value {
		r := o.now
		for i, a := range in {
			if name == "dict" { // its keys, not its values
				r.usedNil = r.usedNil || i == 0 && keyIsNil(a)
			}
			r.usedNil = r.usedNil || !asks && holdsNil(a, 0) || a.Kind() == reflect.Map && a.IsNil()
			if v.Type().IsVariadic() && a.Kind() == reflect.Slice && a.Type().Elem().Kind() == reflect.Map {
				r.usedNil = r.usedNil || holdsNilMap(a)
			}
		}
		if v.Type().IsVariadic() {
			return v.CallSlice(in)
		}
		return v.Call(in)
	}).Interface()
}

func keyIsNil(args reflect.Value) bool {
	for i := 0; i < args.Len(); i += 2 {
		if args.Index(i).IsNil() {
			return true
		}
	}
	return false
}

func holdsNilMap(v reflect.Value) bool {
	for i := range v.Len() {
		if v.Index(i).IsNil() {
			return true
		}
	}
	return false
}

func holdsNil(v reflect.Value, depth int) bool {
	switch v.Kind() {
	case reflect.Invalid:
		return true
	case reflect.Interface:
		return v.IsNil() || holdsNil(v.Elem(), depth+1)
	case reflect.Slice:
		for i := range v.Len() {
			if holdsNil(v.Index(i), depth+1) {
				return true
			}
		}
	case reflect.Map:
		for _, k := range v.MapKeys() {
			if holdsNil(v.MapIndex(k), depth+1) {
				return true
			}
		}
	}
	return false
}

var testEngine = New(Options{})

// ours executes a template with our evaluator. It fails the test on a bug.
func ours(t testing.TB, text string, v *values.Values, masked bool) *eval {
	t.Helper()
	src := &Source{Name: "main", Text: text}
	main, own, err := parseSource(src, "", "", testEngine)
	e := &eval{engine: testEngine, reads: v.NewReadSet(), masked: masked, deadline: time.Now().Add(100 * time.Millisecond), messages: map[diag.Pos]string{}}
	if err != nil {
		e.problems = diag.Problems(err, diag.CauseData)
		return e
	}
	e.prog = &Program{main: main, own: own}
	e.run(map[string]any{"Values": v.Root()})
	for _, p := range e.problems {
		if p.Cause == diag.CauseUnknown {
			t.Fatalf("a bug: %v %v\n%s", p.Err, p.Notes, text)
		}
	}
	return e
}

// TestDifferential holds the evaluator against text/template and sprig.
func TestDifferential(t *testing.T) {
	rounds := 5000
	if testing.Short() {
		rounds = 600
	}
	counts := map[string]int{}
	for seed := range uint64(rounds) {
		if counts[""] == 10 {
			break
		}
		counts[differ(t, seed)]++
	}
	for _, name := range rendertest.SortedNames(counts) {
		t.Logf("%6d %s", counts[name], name)
	}
	if counts["same text"] < rounds/4 {
		t.Errorf("only %d of %d templates gave a text: the test has lost its teeth", counts["same text"], rounds)
	}
}

func FuzzDifferential(f *testing.F) {
	f.Add(uint64(1))
	f.Fuzz(func(t *testing.T, seed uint64) { differ(t, seed) })
}

// differ executes one random template both ways, and names how they differ.
func differ(t *testing.T, seed uint64) string {
	t.Helper()
	text := rendertest.NewGen(seed).Template()
	values := rendertest.RandomValues(rand.New(rand.NewPCG(seed, 3)))
	d := difference{text: text}
	d.ours = ours(t, text, rendertest.ValuesOf(t, rendertest.NodeOf(values, &tree.Origin{File: "v"})), false)
	if slices.ContainsFunc(d.ours.problems, func(p *diag.Problem) bool { return p.Cause == diag.CauseLimit }) {
		return "limit" // nothing stops text/template
	}
	d.ref = helmLike.run(text, values)
	name := d.rule()
	if name == "" {
		t.Errorf("seed %d: no rule explains this\n%s\nours %v %q\nref  %v %q", seed, text, d.ours.problems, d.ours.out, d.ref.err, d.ref.out)
	}
	return name
}
