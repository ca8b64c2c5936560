package sinks

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"strings"
	"unicode/utf8"

	"github.com/rogpeppe/go-internal/diff"

	"confit/render/content"
	"confit/render/content/reveal"
	"confit/render/diag"
)

// maxShown is the largest file that a diff shows line by line.
const maxShown = 4 << 20

// shown is the text of a file that a diff may show.
type shown struct {
	text []byte
	why  string // why the text is not shown
}

func shownText(text []byte) shown {
	s := shown{text: text}
	switch {
	case len(text) > maxShown:
		s.why = "too large to show"
	case bytes.IndexByte(text, 0) >= 0 || !utf8.Valid(text):
		s.why = "binary"
	}
	return s
}

// shownContent gives the text of an output that a diff may show.
func shownContent(c content.Content) (shown, error) {
	if reveal.Blob(c) != nil && c.Size() > maxShown {
		return shown{why: "too large to show"}, nil
	}
	text, err := c.Shown()
	return shownText(text), ioProblem(err, "")
}

// loadTexts reads the old and new texts of the changes for a diff. Of sensitive files these
// are the masked texts, of which the inventory has the old one.
func (c *comparison) loadTexts(p *Plan) error {
	outs := make(map[string]*content.Output, len(c.files))
	for _, f := range c.files {
		outs[f.out.Path] = f.out
	}
	for i := range p.Changes {
		ch := &p.Changes[i]
		if strings.HasSuffix(ch.Path, "/") {
			continue
		}
		if o := outs[ch.Path]; o != nil {
			var err error
			if ch.after, err = shownContent(o.Content); err != nil {
				return err
			}
		}
		if ch.Kind != Create {
			if err := c.loadOld(ch); err != nil {
				return err
			}
			if err := c.compareSecrets(ch, outs[ch.Path]); err != nil {
				return err
			}
		}
	}
	return nil
}

// loadOld reads the old text of a change.
func (c *comparison) loadOld(ch *Change) error {
	e := c.old.find(ch.Path)
	switch {
	case e != nil && e.Sensitive:
		ch.before = shownText(e.Masked)
		ch.Drift = !e.showsMode(ch.OldMode)
		ch.Sensitive = true
		return nil
	case e == nil && ch.OldMode[len(ch.OldMode)-1] < '4', ch.Sensitive:
		ch.before = shown{why: "not shown, as it may hold secrets"}
		return nil
	}
	text, sum, err := c.readAndHash(ch.Path, e)
	if errors.Is(err, fs.ErrPermission) {
		ch.before = shown{why: "unreadable"}
		return nil
	}
	ch.before = shownText(text)
	ch.Drift = e != nil && (!e.showsMode(ch.OldMode) || sum != e.SHA256+e.Blob)
	return err
}

// compareSecrets compares the secrets of a file that was sensitive with those of an output.
func (c *comparison) compareSecrets(ch *Change, o *content.Output) error {
	e := c.old.find(ch.Path)
	if e == nil || !e.Sensitive || o == nil || !ch.Differs || ch.after.why != "" {
		return nil
	}
	text, _, err := c.readAndHash(ch.Path, nil)
	if err == nil {
		var now []byte
		now, err = reveal.Bytes(o.Content)
		ch.compareSecrets(text, now)
	}
	if errors.Is(err, fs.ErrPermission) {
		return nil
	}
	return ioProblem(err, "")
}

// readAndHash reads one byte more of a file than a diff shows, and hashes the whole file as its
// entry of the inventory does.
func (c *comparison) readAndHash(p string, e *entry) (text []byte, sum string, err error) {
	f, err := c.tree.Dir(parent(p))
	if err != nil {
		return nil, "", err
	}
	file, err := f.OpenFile(base(p))
	if err != nil {
		return nil, "", err
	}
	defer file.Close()
	if text, err = io.ReadAll(io.LimitReader(file, maxShown+1)); err != nil || e == nil {
		return text, "", err
	}
	all := io.MultiReader(bytes.NewReader(text), file)
	if e.Blob == "" {
		sum, err = sha256Of(all, c.buf)
		return text, sum, err
	}
	id, err := blobID(all, e.Size, c.buf)
	return text, id.String(), err
}

// Diff writes the plan as a unified diff with Git's headers for modes. Sensitive
// outputs are compared, and shown, by their masked text.
func (p *Plan) Diff(w io.Writer, colour bool) error {
	var b strings.Builder
	for i := range p.Changes {
		head, body := p.Changes[i].Diff()
		for line := range strings.Lines(head) {
			b.WriteString(paint(line, "1", colour))
		}
		for line := range strings.Lines(body) {
			b.WriteString(paint(diag.EscapeControls(line), colours[line[0]], colour))
		}
		if _, err := io.WriteString(w, b.String()); err != nil {
			return err
		}
		b.Reset()
	}
	return nil
}

// Diff gives the headers of a change and the lines that differ, with all that a terminal may act
// on.
func (c *Change) Diff() (head, body string) {
	a, b := diag.Quoted("a/"+c.Path), diag.Quoted("b/"+c.Path)
	head = "diff " + a + " " + b + "\n" + c.modes()
	if c.Drift {
		head += "someone changed it since confit wrote it\n"
	}
	if !c.Differs {
		return head, ""
	}
	switch c.Kind {
	case Create:
		a = "/dev/null"
	case Remove:
		b = "/dev/null"
	}
	for _, s := range []shown{c.before, c.after} {
		if s.why != "" {
			return head + fmt.Sprintf("Files %s and %s differ (%s)\n", a, b, s.why), ""
		}
	}
	if bytes.Equal(c.before.text, c.after.text) {
		if c.Kind == Update {
			head += "secret values differ\n"
		}
		return head, ""
	}
	hunks := diff.Diff("a", c.before.text, "b", c.after.text)
	for range 3 { // its own header
		_, hunks, _ = bytes.Cut(hunks, []byte("\n"))
	}
	body = string(hunks)
	if c.Secrets {
		body += "secret values differ, too\n"
	}
	return head + "--- " + a + "\n+++ " + b + "\n", body
}

// modes gives the lines about modes in the form of Git, with all bits.
func (c *Change) modes() string {
	switch {
	case c.Kind == Create:
		return "new file mode " + c.NewMode + "\n"
	case c.Kind == Remove:
		return "deleted file mode " + c.OldMode + "\n"
	case c.OldMode != c.NewMode:
		return "old mode " + c.OldMode + "\nnew mode " + c.NewMode + "\n"
	}
	return ""
}

// colours maps the first byte of a line of a diff to a terminal's colour.
var colours = map[byte]string{'+': "32", '-': "31", '@': "36"}

func paint(line, colour string, on bool) string {
	if !on || colour == "" {
		return line
	}
	return "\x1b[" + colour + "m" + strings.TrimSuffix(line, "\n") + "\x1b[m\n"
}
