package render

import (
	"errors"
	"maps"
	"runtime"
	"slices"
	"strings"
	"sync"
	"time"

	"confit/render/content"
	"confit/render/diag"
	"confit/render/schema"
	"confit/render/template"
	"confit/render/tree"
	"confit/render/values"
)

// Input is everything that rendering depends on.
type Input struct {
	Values   *values.Values
	Files    *template.Files          // what templates reach as .Files
	Found    map[string]content.Found // by Entry.Ref; Render drops texts after their last use
	Schemas  map[string]*schema.Schema
	Sources  []string  // names of the sources in order, for errors
	Deadline time.Time // of templates; zero is none
	Limits   template.Limits
	Activity *diag.Activity // receives what is executed; may be nil
	Budget   *diag.Budget   // of memory for texts and outputs; may be nil
}

// A Result holds the outputs, in the order of the spec, and the values that they read.
type Result struct {
	Outputs []content.Output
	Notices []string // of outputs that look wrong

	values  *values.Values
	reads   []*template.Reads // of each output; nil for a copy
	read    values.ReadSet    // by when:, each: and to: of entries
	missing []*template.Missing
}

// Render executes all entries. It reports the problems of all templates at once.
func Render(entries []Entry, in Input) (*Result, error) {
	lib := template.New(template.Options{Values: in.Values, Sources: in.Sources, Limits: in.Limits, Deadline: in.Deadline, Budget: in.Budget})
	r := renderer{Input: in, lib: lib, refs: map[string]int{}, failed: map[int]error{}}
	r.read = in.Values.NewReadSet()
	r.root = map[string]any{"Values": in.Values.Root(), "Files": in.Files}
	var all []error
	for i := range entries {
		e := &entries[i]
		r.refs[e.Ref()]++
		e.outputs = &content.Entry{Sink: e.Sink, Pos: e.Pos}
	}
	for i := range entries {
		jobs, err := r.jobs(&entries[i])
		r.queue = append(r.queue, jobs...)
		all = append(all, err)
	}
	res := &Result{Outputs: make([]content.Output, len(r.queue)), values: in.Values, reads: make([]*template.Reads, len(r.queue))}
	r.parallel(func(w *worker, i int) error {
		return diag.CatchPanic(func() (err error) {
			j := r.queue[i]
			res.Outputs[i], res.reads[i], err = j.kind.make(w, j)
			return err
		})
	})
	for _, i := range slices.Sorted(maps.Keys(r.failed)) {
		all = append(all, r.failed[i])
	}
	if err := errors.Join(all...); err != nil {
		return nil, err
	}
	res.read, res.missing = r.read, r.missing
	for _, read := range res.reads {
		if read != nil {
			res.missing = append(res.missing, read.Missing...)
		}
	}
	res.Notices = r.notices(res.reads)
	return res, nil
}

// notices are those of the outputs, and one for each name in only: that no file has.
func (r *renderer) notices(reads []*template.Reads) []string {
	var texts []string
	type name struct {
		entry *Entry
		glob  string
	}
	replaced := map[name]bool{}
	for i, read := range reads {
		if read != nil {
			texts = append(texts, read.Notices...)
			for g := range read.Replaced {
				replaced[name{r.queue[i].entry, g}] = true
			}
		}
	}
	for _, j := range r.queue {
		for _, g := range j.entry.Only {
			if n := (name{j.entry, g}); !replaced[n] {
				replaced[n] = true
				texts = append(texts, j.entry.At("only").String()+": only: "+diag.Quoted(g)+" names no variable of "+diag.Quoted(j.entry.Ref()))
			}
		}
	}
	return texts
}

type renderer struct {
	Input
	lib     *template.Engine
	root    map[string]any
	refs    map[string]int // number of entries by Ref
	queue   []job
	read    values.ReadSet
	missing []*template.Missing

	mu     sync.Mutex
	next   int           // index into queue
	failed map[int]error // by index into queue
}

// A job makes one output: of an entry, for one item of each:, from one file. A run may have
// millions of jobs.
type job struct {
	*round
	file *content.File // nil for an entry without files
}

// A round is the part that the jobs for one item of each: share.
type round struct {
	entry    *Entry
	kind     *kind
	dot      map[string]any
	to       string
	prefix   string // Found.Prefix
	single   bool   // the entry names one file
	onlyUse  bool   // no other round, entry or template needs the files
	partials func() (template.Partials, error)
}

// A worker makes outputs one after the other.
type worker struct {
	*renderer
	buf []byte // output buffer of templates
}

// parallel calls do for each job, on all cores.
func (r *renderer) parallel(do func(w *worker, i int) error) {
	diag.Parallel(min(runtime.GOMAXPROCS(0), len(r.queue)), func(int) {
		w := &worker{renderer: r}
		for i := r.nextJob(); i < len(r.queue); i = r.nextJob() {
			if err := do(w, i); err != nil {
				r.fail(i, err)
			}
		}
	})
}

func (r *renderer) nextJob() int {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.next++
	return r.next - 1
}

func (r *renderer) fail(i int, err error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.failed[i] = err
}

// jobs lists the jobs of an entry: one for each file, for each item of each:.
func (r *renderer) jobs(e *Entry) ([]job, error) {
	if on, err := r.enabled(e); err != nil || !on {
		return nil, err
	}
	rounds, err := r.rounds(e)
	if err != nil {
		return nil, err
	}
	found := r.Found[e.Ref()]
	partials := sync.OnceValues(func() (template.Partials, error) {
		return r.lib.ParsePartials(found.Partials, found.Prefix, e.delim(0), e.delim(1))
	})
	onlyUse := len(rounds) == 1 && r.refs[e.Ref()] == 1 && !found.Shared
	var jobs []job
	for _, dot := range rounds {
		to, err := r.outputName(e, dot)
		if err != nil {
			return nil, err
		}
		shared := &round{e, e.kind(), dot, to, found.Prefix, found.Single, onlyUse, partials}
		if e.Ref() == "" {
			jobs = append(jobs, job{round: shared})
		}
		jobs = slices.Grow(jobs, len(found.Files))
		for _, f := range found.Files {
			jobs = append(jobs, job{shared, f})
		}
	}
	return jobs, nil
}

// rounds lists the dots of an entry: one, or one for each item of each:.
func (r *renderer) rounds(e *Entry) ([]map[string]any, error) {
	if e.Each == "" {
		return []map[string]any{r.root}, nil
	}
	p, _ := tree.ParsePath(e.Each)
	n, deepest := r.Values.Root().Find(p)
	if n == nil || n.IsLeaf() {
		what, hint := "is not there", "set it, or add when: "+e.Each+optional
		var seen []diag.Mention
		if n != nil {
			what = "is " + diag.WithArticle(n.Kind()) + ", not a list or a map"
		} else if step := p[len(deepest.Path())]; !step.IsIndex {
			hint, seen = diag.DidYouMean(step.Key, deepest.Keys(), hint), deepest.Near(step.Key)
		}
		problem := diag.Problemf(diag.CauseData, "bad-each", e.At("each"), "each: %s %s", diag.Quoted(e.Each), what)
		problem.Hint, problem.Seen = hint, seen
		return nil, problem
	}
	var rounds []map[string]any
	kids := n.Children()
	for i := range kids {
		var key any = i
		switch {
		case kids[i].HasSecretKey():
			key = kids[i].KeyNode()
		case n.IsMap():
			key = kids[i].Key()
		}
		rounds = append(rounds, map[string]any{"Values": r.root["Values"], "Files": r.root["Files"], "Item": &kids[i], "Key": key})
	}
	return rounds, nil
}

// outputName is an entry's to:, executed if it is a template.
func (r *renderer) outputName(e *Entry, dot map[string]any) (string, error) {
	if !strings.Contains(e.To, e.delim(0)) {
		return e.To, nil
	}
	src := e.source("to", e.To)
	defer r.Activity.Begin("template", src.Name)()
	p, err := r.lib.Parse(src, e.delim(0), e.delim(1), nil)
	if err != nil {
		return "", err
	}
	name, reads, err := r.lib.Run(p, dot, nil, nil)
	if err != nil {
		return "", err
	}
	if name.IsSensitive() {
		return "", e.secretName()
	}
	r.read.Join(reads.ReadSet)
	r.missing = append(r.missing, reads.Missing...)
	return string(name.Masked()), e.checkName(string(name.Masked()))
}

// checkName refuses a computed name that outputPath would clean, as the output would land in
// another place. The sink checks the names of outputs without files.
func (e *Entry) checkName(to string) error {
	var fault string
	name := strings.TrimSuffix(to, "/")
	if strings.HasPrefix(e.To, "./") {
		name = strings.TrimPrefix(name, "./")
	}
	parts := strings.Split(name, "/")
	switch {
	case !e.kind().files:
		return nil
	case to == "":
		fault = "an empty path"
	case strings.HasPrefix(to, "/"):
		fault = diag.Quoted(to) + ", an absolute path"
	case slices.Contains(parts, ".."):
		fault = diag.Quoted(to) + ", a path that leads out of its directory"
	case slices.Contains(parts, "") || slices.Contains(parts, "."):
		fault = diag.Quoted(to) + ", a path with an empty name or a dot"
	default:
		return nil
	}
	p := diag.Problemf(diag.CauseData, "output-path", e.At("to"), "to: gives %s", fault)
	p.Hint = "correct the value that to: reads, or skip it with each: and when:"
	return p
}

func (e *Entry) secretName() error {
	p := diag.Problemf(diag.CauseData, "secret-name", e.At("to"), "the name of the file would be made of a secret")
	p.Hint = "build names from values that are not sensitive; where a source has keys that are no secret, name its secrets with sensitive: [GLOB]"
	return p
}
