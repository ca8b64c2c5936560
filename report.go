package main

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"syscall"
	"time"
	"unicode/utf8"

	"confit/render"
	"confit/sinks"
)

// statuses are the exit statuses after sysexits.h, by cause.
var statuses = [...]int{
	render.CauseSpec:    78,
	render.CauseInput:   66,
	render.CauseTrust:   77,
	render.CauseRemote:  69,
	render.CauseLimit:   76,
	render.CauseData:    65,
	render.CauseInWay:   73,
	render.CauseIO:      74,
	render.CauseBusy:    75,
	render.CauseUsage:   64,
	render.CauseSignal:  128,
	render.CauseUnknown: 70,
}

// report prints the problems of err and gives the exit status: that of the first cause
// in the order of render's list.
func (c *confit) report(err error) int {
	if err == nil {
		if c.differs {
			return 1
		}
		return 0
	}
	unknown := render.CauseUnknown
	if c.verb == "" {
		unknown = render.CauseUsage // cobra's own: a verb or flag that is not there
	}
	problems := render.Problems(err, unknown)
	for _, p := range problems {
		if text, near, ok := strings.Cut(p.Text, "\n\nDid you mean this?\n"); ok && c.verb == "" {
			p.Text, p.Hint = text, "did you mean "+strings.Join(strings.Fields(near), ", ")+"?"
		}
		if p.Cause == render.CauseSpec && (c.set.config == "" || strings.HasPrefix(p.Pos.File, "--")) {
			p.Cause = render.CauseUsage // a flag said what a spec would
		}
	}
	inOrder(problems)
	first := problems[0]
	var text strings.Builder
	printed := errors.As(err, &reported{})
	for _, p := range problems {
		if p.Cause < first.Cause {
			first = p
		}
		if !printed {
			c.doctor(p)
			text.WriteString(c.wording(p))
		}
	}
	if c.verb == "render" && !c.watchdog.committing {
		text.WriteString(c.line("nothing was written", "info"))
	}
	c.write(text.String())
	if c.verb == "render" {
		terminationLog(text.String())
	}
	var signal signalError
	if errors.As(first, &signal) {
		return 128 + int(signal.s)
	}
	return statuses[first.Cause]
}

// inOrder sorts the problems of each file by their place; files stay in the order of
// their first problem.
func inOrder(all []*render.Problem) {
	files := map[string]int{}
	for _, p := range all {
		if _, known := files[p.Pos.File]; !known {
			files[p.Pos.File] = len(files)
		}
	}
	slices.SortStableFunc(all, func(a, b *render.Problem) int {
		return cmp.Or(files[a.Pos.File]-files[b.Pos.File], a.Pos.Line-b.Pos.Line, a.Pos.Col-b.Pos.Col)
	})
}

// wording is a problem as text: what, the source line with a caret, notes, and a hint.
func (c *confit) wording(p *render.Problem) string {
	if c.set.logFormat == "json" {
		return jsonLine(asLogged("error", p))
	}
	var b strings.Builder
	fmt.Fprintf(&b, "error: %s\n", p.Error())
	if p.Source != "" {
		b.WriteString(excerpt(p))
	}
	for _, n := range p.Notes {
		fmt.Fprintf(&b, "  %s\n", n)
	}
	if p.Hint != "" {
		fmt.Fprintf(&b, "hint: %s\n", p.Hint)
	}
	return b.String()
}

// logged is a problem as data.
type logged struct {
	Level string   `json:"level"`
	Code  string   `json:"code,omitempty"`
	File  string   `json:"file,omitempty"`
	Line  int      `json:"line,omitempty"`
	Col   int      `json:"col,omitempty"`
	Text  string   `json:"msg"`
	Notes []string `json:"notes,omitempty"`
	Hint  string   `json:"hint,omitempty"`
}

func asLogged(level string, p *render.Problem) logged {
	at := p.Pos.Outer()
	return logged{level, p.Code, at.File, at.Line, at.Col, p.Text, placed(p), p.Hint}
}

// placed are the notes of a problem, with its place in a text that has no file of its own.
func placed(p *render.Problem) []string {
	if p.Pos.In == (render.Spot{}) || p.Pos.Line == 0 {
		return p.Notes
	}
	return append([]string{fmt.Sprintf("line %d, column %d of the text that stands there", p.Pos.Line, p.Pos.Col)}, p.Notes...)
}

// excerpt is the source line with a caret below the place. Long lines are cut.
func excerpt(p *render.Problem) string {
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
	text := render.Quoted(string(line))
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

// notice tells of something that is no error.
func (c *confit) notice(text string) {
	if !c.set.quiet {
		c.write(c.line(text, "notice"))
	}
}

// inputNotice tells of the inputs, once: a run that is done anew has the same.
func (c *confit) inputNotice(text string) {
	if c.git == nil || !c.git.Anew {
		c.notice(text)
	}
}

func (c *confit) notices(texts []string) {
	for _, t := range texts {
		c.notice(t)
	}
}

func (c *confit) line(text, level string) string {
	if c.set.logFormat == "json" {
		return jsonLine(struct {
			Level string `json:"level"`
			Text  string `json:"msg"`
		}{level, text})
	}
	if level == "info" {
		return text + "\n"
	}
	return level + ": " + text + "\n"
}

func jsonLine(v any) string {
	b, _ := json.Marshal(v)
	return string(b) + "\n"
}

func (c *confit) summary(r sinks.Result, took time.Duration) {
	c.say(fmt.Sprintf("%d created, %d updated, %d removed, %d unchanged in %d ms", r.Created, r.Updated, r.Removed, r.Unchanged, took.Milliseconds()))
}

// write puts whole lines on stderr; several Git sources may have something to say at once.
func (c *confit) write(text string) {
	c.writing.Lock()
	defer c.writing.Unlock()
	_, _ = io.WriteString(c.sys.stderr, text)
}

// terminationLog leaves the errors where kubectl describe shows them, if the kubelet
// has made the file.
func terminationLog(text string) {
	const name, most = "/dev/termination-log", 4096
	if len(text) > most {
		text = strings.ToValidUTF8(text[:most], "")
	}
	f, err := os.OpenFile(name, os.O_WRONLY|os.O_TRUNC|syscall.O_NOFOLLOW|syscall.O_NONBLOCK, 0)
	if err != nil {
		return // not in a container
	}
	defer f.Close()
	_, _ = f.WriteString(text)
}
