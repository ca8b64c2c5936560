package console

import (
	"fmt"
	"strings"
	"unicode/utf8"

	"confit/render/diag"
)

// Finding words a finding of validate as a problem, with its code.
func (c *Console) Finding(level string, p *diag.Problem) string {
	return c.words(level, p, Mark(p.Code))
}

// Mark is a code as the text of a finding ends in it.
func Mark(code string) string {
	if code == "" {
		return ""
	}
	return " (" + code + ")"
}

// problem words a problem: its text, the source line with a caret, notes and a hint.
func (c *Console) problem(level string, p *diag.Problem) string { return c.words(level, p, "") }

func (c *Console) words(level string, p *diag.Problem, mark string) string {
	if c.JSON {
		return jsonLine(AsRecord(level, p))
	}
	var b strings.Builder
	b.WriteString(c.line(level, p.Error()+mark))
	if p.Source != "" {
		b.WriteString(excerpt(p))
	}
	for _, n := range p.AllNotes() {
		b.WriteString("  " + diag.EscapeLine(n) + "\n")
	}
	if p.Hint != "" {
		b.WriteString(c.line("hint", p.Hint))
	}
	return b.String()
}

// A Record is a problem as data.
type Record struct {
	Level string   `json:"level"`
	Code  string   `json:"code,omitempty"`
	File  string   `json:"file,omitempty"`
	Line  int      `json:"line,omitempty"`
	Col   int      `json:"col,omitempty"`
	Text  string   `json:"msg"`
	Notes []string `json:"notes,omitempty"`
	Hint  string   `json:"hint,omitempty"`
}

// AsRecord is a problem as data, with the place in the file around it.
func AsRecord(level string, p *diag.Problem) Record {
	at := p.Pos.Outer()
	return Record{level, p.Code, at.File, at.Line, at.Col, p.Text, notes(p), p.Hint}
}

// notes lists the notes of a problem, first its place in a text that has no file of its own.
func notes(p *diag.Problem) []string {
	if p.Pos.In == (diag.Spot{}) || p.Pos.Line == 0 {
		return p.AllNotes()
	}
	return append([]string{fmt.Sprintf("line %d, column %d of the text that stands there", p.Pos.Line, p.Pos.Col)}, p.AllNotes()...)
}

// excerpt is the source line with a caret below the place. Long lines are cut.
func excerpt(p *diag.Problem) string {
	const before, width = 60, 100
	line := []rune(strings.ReplaceAll(p.Source, "\t", " "))
	col := max(p.Pos.Col, 1)
	if col > before && len(line) > width {
		line = append([]rune("…"), line[col-before:]...)
		col = before + 1
	}
	if len(line) > width {
		line = append(line[:width:width], '…')
	}
	text := diag.Quoted(string(line))
	if text != string(line) {
		return "" // control characters: a caret would not point right
	}
	margin := fmt.Sprintf("  %d | ", p.Pos.Line)
	s := margin + text + "\n"
	if p.Pos.Col > 0 {
		s += strings.Repeat(" ", utf8.RuneCountInString(margin)+col-1) + "^\n"
	}
	return s
}
