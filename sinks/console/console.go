package console

import (
	"bytes"
	"encoding/json"
	"io"
	"strings"
	"sync"

	"confit/render/diag"
)

// A Console writes messages to stderr. Its methods may be called by several goroutines at
// once. Each text becomes one line without control characters or workflow commands,
// whoever wrote the text.
type Console struct {
	Stderr  io.Writer
	JSON    bool                // a message is an object on a line
	Quiet   bool                // nothing but errors
	Verbose bool                // details, too
	Colour  bool                // stderr is a terminal that shows colours
	Prefix  string              // before each message that is no problem
	Explain func(*diag.Problem) // adds to a problem what is known of its cause

	mu       sync.Mutex // of Stderr
	progress bool       // a line of progress is shown
}

// Report words problems, and a last line unless it is empty.
func (c *Console) Report(all []*diag.Problem, last string) string {
	var b strings.Builder
	for _, p := range all {
		c.Explain(p)
		b.WriteString(c.problem("error", p))
	}
	if last != "" {
		b.WriteString(c.line("info", last))
	}
	return b.String()
}

// Print writes a report in one piece.
func (c *Console) Print(report string) { c.write(report) }

// Notice writes a message about something that is no error.
func (c *Console) Notice(text string) {
	if !c.Quiet {
		c.write(c.line("notice", text))
	}
}

// NoticeOf writes a finding that is no error, with its notes and its hint.
func (c *Console) NoticeOf(p *diag.Problem) {
	if !c.Quiet {
		c.write(c.words("notice", p, ""))
	}
}

// Notices writes each text as a notice.
func (c *Console) Notices(texts []string) {
	for _, t := range texts {
		c.Notice(t)
	}
}

// Info writes a message about something that was done.
func (c *Console) Info(text string) {
	if !c.Quiet {
		c.write(c.line("info", text))
	}
}

// Detail writes a message that only somebody who debugs wants.
func (c *Console) Detail(text string) {
	if c.Verbose {
		c.Info(text)
	}
}

// Progress shows a line on a terminal, until the next message or the next line of progress. An
// empty one takes the line away.
func (c *Console) Progress(text string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if text == "" && !c.progress {
		return
	}
	text = diag.EscapeLine(text)
	const width = 79 // a longer line would wrap, and stay
	if line := []rune(text); len(line) > width {
		text = string(line[:width-1]) + "…"
	}
	c.progress = text != ""
	_, _ = io.WriteString(c.Stderr, "\r"+text+"\x1b[K\r")
}

func (c *Console) line(level, text string) string {
	text = c.Prefix + text
	if c.JSON {
		return jsonLine(struct {
			Level string `json:"level"`
			Text  string `json:"msg"`
		}{level, text})
	}
	if level != "info" {
		text = level + ": " + text
	}
	return diag.EscapeLine(text) + "\n"
}

// write puts whole lines on stderr. A reader that has gone is no reason to stop.
func (c *Console) write(text string) {
	if text == "" {
		return
	}
	if c.Colour && !c.JSON {
		text = Paint(text)
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.progress {
		text = "\x1b[K" + text
	}
	c.progress = false
	_, _ = io.WriteString(c.Stderr, text)
}

func jsonLine(v any) string {
	b, _ := json.Marshal(v)
	return string(diag.EscapeJSON(b)) + "\n"
}

// WriteJSON writes indented JSON for people and programs.
func WriteJSON(w io.Writer, v any) error {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	if err := enc.Encode(v); err != nil {
		return err
	}
	_, err := w.Write(diag.EscapeJSON(b.Bytes()))
	return err
}
