package diag

import (
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"
)

// Running knows what a run is busy with, to be named when a limit ends the run from
// outside. Its methods may be called at any time, and on nil.
type Running struct {
	Ended func(kind, name string, took time.Duration) // is told of each end; may be nil

	mu    sync.Mutex
	tasks []*task
}

type task struct{ kind, name string }

// Begin notes that work on something begins, like "template", "a.tmpl"; what it returns
// notes the end.
func (r *Running) Begin(kind, name string) (end func()) {
	if r == nil {
		return func() {}
	}
	t := &task{kind, name}
	ended := r.timed(t)
	r.mu.Lock()
	defer r.mu.Unlock()
	r.tasks = append(r.tasks, t)
	return func() {
		ended()
		r.mu.Lock()
		defer r.mu.Unlock()
		r.tasks = slices.DeleteFunc(r.tasks, func(other *task) bool { return other == t })
	}
}

// timed begins to measure a task, if somebody wants to know. What it returns tells the time.
func (r *Running) timed(t *task) (ended func()) {
	if r.Ended == nil {
		return func() {}
	}
	start := time.Now()
	return func() { r.Ended(t.kind, t.name, time.Since(start)) }
}

// String names the work, the latest last: each worker's template, or the source being
// read. Only a few, each once.
func (r *Running) String() string {
	const most = 4
	if r == nil {
		return ""
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	var names []string
	for _, t := range r.tasks {
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
