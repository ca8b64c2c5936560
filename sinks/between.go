package sinks

import (
	"bytes"
	"fmt"
	"io"
	"io/fs"
	"strings"

	"confit/render/content"
	"confit/render/content/reveal"
	"confit/render/diag"
)

// Between is the plan that leads from one set of outputs to another, both in memory. Sensitive
// outputs are compared by their bytes, and shown by their masked text.
func Between(before, after []content.Output) (*Plan, error) {
	p := &Plan{}
	olds, news := sorted(before), sorted(after)
	for len(olds) > 0 || len(news) > 0 {
		var old, now *content.Output
		if len(olds) > 0 && (len(news) == 0 || olds[0].Path <= news[0].Path) {
			old = olds[0]
		}
		if len(news) > 0 && (old == nil || news[0].Path == old.Path) {
			now = news[0]
		}
		ch, err := changeBetween(old, now)
		switch {
		case err != nil:
			return nil, err
		case old != nil && now != nil && !ch.Differs && ch.OldMode == ch.NewMode:
			p.Unchanged++
		default:
			p.Changes = append(p.Changes, ch)
		}
		if old != nil {
			olds = olds[1:]
		}
		if now != nil {
			news = news[1:]
		}
	}
	return p, nil
}

func changeBetween(old, now *content.Output) (ch Change, err error) {
	ch = Change{Kind: Update, Differs: true}
	if now == nil {
		ch.Kind = Remove
	} else {
		ch.Path, ch.NewMode, ch.Sensitive = now.Path, octal(now.Mode), now.Content.IsSensitive()
		ch.after, err = shownContent(now.Content)
	}
	if err != nil {
		return ch, err
	}
	if old == nil {
		ch.Kind = Create
		return ch, nil
	}
	ch.Path, ch.OldMode, ch.Sensitive = old.Path, octal(old.Mode), ch.Sensitive || old.Content.IsSensitive()
	if ch.before, err = shownContent(old.Content); err != nil || now == nil {
		return ch, err
	}
	a, err := reveal.Bytes(old.Content)
	if err != nil {
		return ch, ioProblem(err, "")
	}
	b, err := reveal.Bytes(now.Content)
	if ch.Differs = !bytes.Equal(a, b); ch.Sensitive {
		ch.compareSecrets(a, b)
	}
	return ch, ioProblem(err, "")
}

func octal(mode fs.FileMode) string { return fmt.Sprintf("%04o", mode.Perm()) }

// Markdown writes the plan for a comment on a pull request: a table of the files, and the
// lines that differ, most bytes at most. The last line says how many files were cut.
func (p *Plan) Markdown(w io.Writer, most int) error {
	var b strings.Builder
	if len(p.Changes) == 0 {
		b.WriteString("No file of a pod changes.\n")
	} else {
		fmt.Fprintf(&b, "%s, %s.\n", verb(len(p.Changes), "file changes", "files change"), verb(p.Unchanged, "stays", "stay"))
	}
	cut := 0
	for i := range p.Changes {
		head, body := p.Changes[i].Diff()
		text := diag.EscapeControls(head + body)
		fence := strings.Repeat("`", max(3, longestRun(text)+1))
		section := fmt.Sprintf("\n<details><summary>%s %s</summary>\n\n%sdiff\n%s\n%s\n\n</details>\n",
			p.Changes[i].Kind, htmlText(p.Changes[i].Path), fence, strings.TrimSuffix(text, "\n"), fence)
		if cut > 0 || b.Len()+len(section) > most {
			cut++
			continue
		}
		b.WriteString(section)
	}
	if cut > 0 {
		fmt.Fprintf(&b, "\n%s not shown: the comment would be too long.\n", diag.Plural(cut, "file"))
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// longestRun is the length of the longest run of backticks.
func longestRun(text string) int {
	longest, run := 0, 0
	for _, r := range text {
		if run++; r != '`' {
			run = 0
		}
		longest = max(longest, run)
	}
	return longest
}

// htmlText escapes a text for HTML in Markdown.
func htmlText(s string) string {
	return strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;", "`", "&#96;", "*", "&#42;", "_", "&#95;", "[", "&#91;", "|", "&#124;").Replace(diag.EscapeLine(s))
}

// verb is a number with a verb, which has another form for one.
func verb(n int, one, more string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprint(n, " ", more)
}
