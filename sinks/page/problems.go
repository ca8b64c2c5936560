package page

import (
	"fmt"
	"strings"
	"unicode/utf8"

	"confit/render/diag"
	"confit/sinks/report"
)

// A Problem is a finding, with the place of its source line.
type Problem struct {
	report.Finding

	SourceLine, SourceCol int
}

func (p *Page) problems(w *writer) {
	w.section("h2", "problems", "Problems")
	if len(p.Problems) == 0 {
		w.put("<p>There are none.</p>\n")
	}
	problems(w, p.Problems)
	w.put("</section>\n")
}

func problems(w *writer, all []Problem) {
	if len(all) == 0 {
		return
	}
	w.put("<ol class=\"problems\">\n")
	shown := min(len(all), maxProblems)
	for i := range shown {
		all[i].item(w)
	}
	w.put("</ol>\n")
	more(w, len(all)-shown, "problem", "confit validate")
}

func (p *Problem) item(w *writer) {
	w.put("<li class=\"item %\"><p><strong>%</strong> ", p.Level, p.Level)
	if at := (diag.Pos{File: p.File, Line: p.Line, Col: p.Col}); p.File != "" {
		w.put("<code>%</code> ", at.String())
	}
	w.put("% <span class=\"code\">%</span></p>\n", p.Text, p.Code)
	p.excerpt(w)
	for _, n := range p.Notes {
		w.put("<p class=\"note\">%</p>\n", n)
	}
	if p.Hint != "" {
		w.put("<p><b>hint</b> %</p>\n", p.Hint)
	}
	w.put("</li>\n")
}

// excerpt writes the source line with a mark at the place, and a caret below where the line is
// not wrapped. Of a long line it writes the part around the place.
func (p *Problem) excerpt(w *writer) {
	const before, width = 60, 100
	text := []rune(strings.ReplaceAll(p.Source, "\t", " ") + " ")
	col, left, right := min(max(p.SourceCol, 1), len(text)), "", ""
	if col > before && len(text) > width {
		text, col, left = text[col-before:], before, "…"
	}
	if len(text) > width {
		text, right = text[:width], "…"
	}
	if p.Source == "" || diag.EscapeLine(string(text)) != string(text) {
		return // with an escape, a caret would not point right
	}
	margin := fmt.Sprintf("%d | %s", p.SourceLine, left)
	w.put("<pre><code>%%", margin, string(text[:col-1]))
	if p.SourceCol == 0 {
		w.put("%%</code></pre>\n", string(text[col-1:]), right)
		return
	}
	w.put("<mark>%</mark>%%\n<span class=\"caret\">%^</span></code></pre>\n", string(text[col-1]), string(text[col:]), right,
		strings.Repeat(" ", utf8.RuneCountInString(margin)+col-1))
}
