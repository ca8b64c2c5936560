package template

import (
	"sync"
	"time"

	"github.com/Masterminds/sprig/v3"

	"confit/render/diag"
	"confit/render/functions"
	"confit/render/syntax"
	"confit/render/values"
)

// An Engine parses and executes templates. It holds the functions that templates call, and the
// options of the run.
type Engine struct {
	funcs    table
	sources  []string // names of the searched sources, for errors
	limits   Limits
	deadline time.Time // of all executions
	values   *values.Values
	budget   *diag.Budget
}

// A table maps names to *function; the parser accepts the map as it is.
type table map[string]any

//go:noinline
func (m table) add(name string, f function) { m[name] = &f }

// addMust adds a function under its name, and under sprig's second name with "must".
func (m table) addMust(name string, f function) {
	m[name], m[functions.Must(name)] = &f, &f
}

// Options are what all executions of a run share.
type Options struct {
	Values   *values.Values // nil for none
	Sources  []string       // names of the searched sources in order, for errors
	Limits   Limits
	Deadline time.Time // of all executions; zero is none
	Budget   *diag.Budget
}

// New makes an Engine for one run.
func New(o Options) *Engine {
	return &Engine{funcs: allFunctions(), values: o.Values, sources: o.Sources, limits: o.Limits.WithDefaults(), deadline: o.Deadline, budget: o.Budget}
}

// Prepare builds the function table, while a run waits for its input.
func Prepare() { allFunctions() }

// allFunctions builds the table once; all engines share it and never change it.
var allFunctions = sync.OnceValue(func() table {
	all := sprig.GenericFuncMap()
	m := make(table, len(all)+64)
	for name, f := range all {
		if syntax.Refused(name) == "" {
			m.add(name, goFunction(f))
		}
	}
	m.language()
	m.query()
	m.collection()
	m.list()
	m.format()
	m.print()
	m.number(all)
	for name, f := range functions.All(all) {
		m.add(name, goFunction(f))
	}
	m["derivePassword"].(*function).slow = true
	return m
})
