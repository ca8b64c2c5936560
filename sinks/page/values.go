package page

import (
	"strings"

	"confit/render/diag"
	"confit/render/values"
)

// values writes a table of the values. A long one is folded.
func (r *Run) values(w *writer) {
	if len(r.Values) == 0 {
		w.put("<p>There are none.</p>\n")
		return
	}
	w.put("<details class=\"group\"")
	if len(r.Values) <= maxOpen {
		w.put(" open")
	}
	w.put(`><summary>% with their origins</summary>
<table class="values">
<thead><tr><th scope="col">Path</th><th scope="col">Value</th><th scope="col">From</th><th scope="col">Read by</th></tr></thead>
<tbody>
`, diag.Plural(len(r.Values), "value"))
	shown := min(len(r.Values), maxValues)
	for i := range shown {
		row(w, &r.Values[i])
	}
	w.put("</tbody></table>\n")
	more(w, len(r.Values)-shown, "value", "confit explain")
	w.put("</details>\n")
}

func row(w *writer, x *values.Explained) {
	w.put("<tr class=\"item\"><th scope=\"row\"><code>%</code></th><td><code>%</code></td><td>%", diag.Quoted(x.Path), string(x.Value), x.Setting.Origin())
	if len(x.Overrode) > 0 {
		w.put("<ul>")
		last := len(x.Overrode) - 1
		for i := range min(last+1, maxOverrode) {
			o := &x.Overrode[last-i]
			w.put("<li>over <code>%</code> from %</li>", string(o.Value), o.Origin())
		}
		if left := last + 1 - maxOverrode; left > 0 {
			w.put("<li>over %</li>", diag.Plural(left, "more value"))
		}
		w.put("</ul>")
	}
	var readers []string
	for _, name := range x.ReadBy[:min(len(x.ReadBy), maxReaders)] {
		readers = append(readers, diag.Quoted(name))
	}
	if left := len(x.ReadBy) - len(readers) + x.ReadMore; left > 0 {
		readers = append(readers, diag.Plural(left, "more output"))
	}
	w.put("</td><td>%</td></tr>\n", strings.Join(readers, ", "))
}
