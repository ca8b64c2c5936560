package diag

import (
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"
)

// An Activity lists the tasks that a run is busy with, for the error of a limit that ends
// the run from outside. Its methods are safe for concurrent use, and for nil.
type Activity struct {
	OnTaskEnd func(kind, name string, took time.Duration) // called at the end of a task; may be nil

	mu    sync.Mutex
	tasks []*task
}

type task struct{ kind, name string }

// Begin adds a task, like "template", "a.tmpl". The function that it returns removes the
// task.
func (a *Activity) Begin(kind, name string) (end func()) {
	if a == nil {
		return func() {}
	}
	t := &task{kind, name}
	ended := a.measure(t)
	a.mu.Lock()
	defer a.mu.Unlock()
	a.tasks = append(a.tasks, t)
	return func() {
		ended()
		a.mu.Lock()
		defer a.mu.Unlock()
		a.tasks = slices.DeleteFunc(a.tasks, func(other *task) bool { return other == t })
	}
}

// measure starts the clock of a task, if OnTaskEnd is set. The function that it returns
// calls OnTaskEnd.
func (a *Activity) measure(t *task) (ended func()) {
	if a.OnTaskEnd == nil {
		return func() {}
	}
	start := time.Now()
	return func() { a.OnTaskEnd(t.kind, t.name, time.Since(start)) }
}

// String names the tasks, each once, the latest last. It stops after four.
func (a *Activity) String() string {
	const most = 4
	if a == nil {
		return ""
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	var names []string
	for _, t := range a.tasks {
		name := strings.TrimSpace(t.kind + " " + Quoted(t.name))
		if !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	if more := len(names) - most; more > 0 {
		names = append(names[:most], fmt.Sprintf("and %d more", more))
	}
	return strings.Join(names, ", ")
}
