package report

import (
	"fmt"
	"strings"

	"confit/render/diag"
)

// markdown is a table of the findings, the worst first.
func (r *Report) markdown() string { return r.markdownWithin(0) }

// markdownWithin is markdown, cut after the last row that fits into most bytes; 0 is no limit.
// The line that counts says how many rows were left out.
func (r *Report) markdownWithin(most int) string {
	const left = 200 // for the line about the rows that are left out
	var b strings.Builder
	fmt.Fprintf(&b, "### confit validate\n\n%s\n", cell(r.Summary))
	all := worstFirst(r.Findings)
	if len(all) > 0 {
		b.WriteString("\n| | where | what | code |\n|---|---|---|---|\n")
	}
	for i := range all {
		f := &all[i]
		lines := f.lines()
		for j := range lines {
			lines[j] = cell(lines[j])
		}
		row := fmt.Sprintf("| %s | %s | %s | %s |\n", f.Level, cell(f.place()), strings.Join(lines, "<br>"), cell(f.Code))
		if most > 0 && b.Len()+len(row)+left > most {
			fmt.Fprintf(&b, "\n… and %d more; the log has them all\n", len(all)-i)
			break
		}
		b.WriteString(row)
	}
	return b.String()
}

// cell is a text that is no Markdown, in a table or out of it.
func cell(text string) string { return markup.Replace(diag.EscapeLine(text)) }

// markup are the characters that Markdown, or a platform that reads it, gives a meaning: HTML,
// emphasis, code, links, mentions of users and issues, formulas.
var markup = strings.NewReplacer(
	"&", "&amp;", "<", "&lt;", ">", "&gt;", "|", "&#124;", "`", "&#96;", "*", "&#42;", "_", "&#95;", "~", "&#126;",
	"[", "&#91;", "]", "&#93;", "\\", "&#92;", "!", "&#33;", "#", "&#35;", "@", "&#64;", "$", "&#36;", "://", "&#58;//",
)
