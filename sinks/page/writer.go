package page

import (
	"bytes"
	"html"
	"strings"
	"unicode/utf8"

	"confit/render/diag"
	"confit/sinks"
)

// A page has these bounds, so that a browser stays quick. It says where it cuts something.
const (
	textLimit = 256 << 10 // bytes of one text
	totalText = 2 << 20   // bytes of all texts of files and of their changes
	nameLimit = 2 << 10   // bytes of a name, a value or a line of a message

	maxProblems = 2000
	maxFiles    = 5000
	maxValues   = 20_000
	maxOverrode = 20
	maxReaders  = 10
	maxOpen     = 50 // values that are shown unfolded
)

// A writer makes HTML.
type writer struct {
	strings.Builder
	left int // bytes of texts that are left of totalText
}

// put writes HTML, in which each % stands for one of the texts, as a line that is no HTML. The
// line steers no terminal and no agent of a CI either, since the page may go to stdout.
func (w *writer) put(markup string, texts ...string) {
	for _, text := range texts {
		before, after, _ := strings.Cut(markup, "%")
		markup = after
		w.WriteString(before)
		cut, whole := cutText(text, nameLimit)
		if !whole {
			cut += "…"
		}
		w.WriteString(html.EscapeString(diag.EscapeLine(cut)))
	}
	w.WriteString(markup)
}

// lines writes a text of several lines.
func (w *writer) lines(text string) {
	w.WriteString(html.EscapeString(diag.EscapeControls(text)))
}

// cutText is the beginning of a text, and whether that is all of it.
func cutText(text string, most int) (cut string, whole bool) {
	if len(text) <= most {
		return text, true
	}
	for most > 0 && !utf8.RuneStart(text[most]) {
		most--
	}
	return text[:most], false
}

// take is the part of a text that the page takes, and a note of what is cut.
func (w *writer) take(text string) (part, note string) {
	part, whole := cutText(text, min(textLimit, w.left))
	w.left -= len(part)
	switch {
	case whole:
		return part, ""
	case part == "":
		return "", "not shown: the page has its full size"
	}
	return part, "cut: these are the first " + diag.Plural(len(part), "byte") + " of " + diag.Plural(len(text), "byte")
}

// isText tells whether a text can be shown as one.
func isText(text []byte) bool { return bytes.IndexByte(text, 0) < 0 && utf8.Valid(text) }

// note writes a remark below a text.
func (w *writer) note(text string) {
	if text != "" {
		w.put("<p class=\"cut\">%</p>\n", text)
	}
}

// diff writes a unified diff, each line with its own class.
func (w *writer) diff(c *sinks.Change) {
	if w.left <= 0 {
		w.note("not shown: the page has its full size")
		return
	}
	head, body := c.Diff()
	part, note := w.take(head + body)
	w.put("<pre><code>")
	for text := range strings.Lines(part) {
		class := "same"
		switch text[0] {
		case '+':
			class = "add"
		case '-':
			class = "del"
		case '@':
			class = "hunk"
		}
		w.put("<span class=\"%\">", class)
		w.lines(text)
		w.put("</span>")
	}
	w.put("</code></pre>\n")
	w.note(note)
}

// section begins a section with its heading.
func (w *writer) section(heading, id, title string) {
	w.put("<section aria-labelledby=\"%\">\n<% id=\"%\">%</%>\n", id, heading, id, title, heading)
}
