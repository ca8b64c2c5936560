package page

import (
	"fmt"
	"strconv"

	"confit/render/content"
	"confit/render/diag"
	"confit/render/values"
	"confit/sinks"
)

// A Run is what one confit made.
type Run struct {
	Failed bool // it made no files
	Files  []File
	Values []values.Explained
}

// A File is a file that confit writes.
type File struct {
	Path      string // in the container, or in the sink
	Elsewhere []string
	Mode      uint32
	From      string // the place of the entry of the spec
	Content   content.Content
}

// A Comparison tells how files differ from earlier ones.
type Comparison struct {
	With   string // a directory, or other manifests
	Plan   *sinks.Plan
	Notes  []string  // what else there is to say
	Failed []Problem // why there is no plan
}

func (c *Comparison) changes() []sinks.Change {
	if c.Plan == nil {
		return nil
	}
	return c.Plan.Changes
}

func (p *Page) changes(w *writer) {
	if len(p.Changes) == 0 {
		return
	}
	w.section("h2", "changes", "Changes")
	for i := range p.Changes {
		p.Changes[i].write(w)
	}
	w.put("</section>\n")
}

func (c *Comparison) write(w *writer) {
	w.put("<h3>Compared with %</h3>\n", c.With)
	for _, n := range c.Notes {
		w.put("<p>%</p>\n", n)
	}
	problems(w, c.Failed)
	if c.Plan == nil {
		return
	}
	all := c.changes()
	w.put("<p>changed: %, unchanged: %</p>\n", diag.Plural(len(all), "file"), strconv.Itoa(c.Plan.Unchanged))
	shown := min(len(all), maxFiles)
	for i := range shown {
		w.put("<details class=\"item\" open><summary>% <code>%</code></summary>\n", string(all[i].Kind), diag.Quoted(all[i].Path))
		w.diff(&all[i])
		w.put("</details>\n")
	}
	more(w, len(all)-shown, "file", "confit diff")
}

// sections writes the files and the values of a run, below headings of one level. Their names
// begin with prefix.
func (r *Run) sections(w *writer, heading, prefix string) {
	w.section(heading, prefix+"files", "Files")
	switch {
	case r.Failed:
		w.put("<p>There are none, because of the errors above.</p>\n")
	case len(r.Files) == 0:
		w.put("<p>There are none.</p>\n")
	}
	shown := min(len(r.Files), maxFiles)
	for i := range shown {
		r.Files[i].write(w)
	}
	more(w, len(r.Files)-shown, "file", "confit render --out -")
	w.put("</section>\n")
	w.section(heading, prefix+"values", "Values")
	r.values(w)
	w.put("</section>\n")
}

func (f *File) write(w *writer) {
	size := "masked" // the size of a secret is none of the reader's business
	if !f.Content.IsSensitive() {
		size = diag.Plural(int(f.Content.Size()), "byte")
	}
	w.put("<details class=\"item\"><summary><code>%</code> %, %</summary>\n", diag.Quoted(f.Path), fmt.Sprintf("%04o", f.Mode), size)
	if f.From != "" {
		w.put("<p>made by the entry at <code>%</code></p>\n", f.From)
	}
	for _, at := range f.Elsewhere {
		w.put("<p>seen by <code>%</code></p>\n", at)
	}
	f.text(w)
	w.put("</details>\n")
}

// text writes what may be shown of the file. A large one is not loaded.
func (f *File) text(w *writer) {
	const mostLoaded = 4 << 20
	if !f.Content.IsSensitive() && f.Content.Size() > mostLoaded {
		w.note("not shown: it is too large")
		return
	}
	text, err := f.Content.Shown()
	switch {
	case err != nil:
		w.note("not shown: it is not at hand")
		return
	case !isText(text):
		w.note("not shown: it is no text")
		return
	}
	part, note := w.take(string(text))
	w.put("<pre><code>")
	w.lines(part)
	w.put("</code></pre>\n")
	w.note(note)
}
