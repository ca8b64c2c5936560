package format

import (
	"strings"

	"confit/render/tree"
)

// DecodeINI reads an INI file into nodes of origin o: one level a section, keys before
// the first section at the top, all leaves text.
//
// The dialect is that of Windows (GetPrivateProfileString), without what other readers
// disagree on: comments begin a line with ; or #, and nothing cuts a value; one pair of
// quotes, " or ', around a whole value is taken off, and nothing is escaped. A section
// or key that comes twice is refused, and so is a line without =.
//
// gopkg.in/ini.v1 does not serve: it cuts "a;b" and "a#b" in two and expands %(name)s, also
// in an endless recursion.
func DecodeINI(data []byte, o *tree.Origin) (*tree.Node, error) {
	text, err := fileText(data, o)
	if err != nil {
		return nil, err
	}
	d := iniDecoder{origin: o, lines: lineReader{rest: text}}
	for {
		line, ok := d.lines.next()
		if !ok {
			break
		}
		if err := d.read(strings.Trim(line, " \t")); err != nil {
			return nil, err
		}
	}
	if err := d.endSection(); err != nil {
		return nil, err
	}
	n := tree.New(d.top, 0, o)
	return &n, sortUnique(d.top, o)
}

type iniDecoder struct {
	origin  *tree.Origin
	lines   lineReader
	top     tree.Members
	section string // the current one; "" before the first
	opened  int    // the line of its header
	pairs   []pair
}

func (d *iniDecoder) read(line string) error {
	switch {
	case line == "" || line[0] == ';' || line[0] == '#':
		return nil
	case line[0] == '[':
		return d.beginSection(line)
	}
	key, value, ok := strings.Cut(line, "=")
	key = strings.TrimRight(key, " \t")
	switch {
	case !ok:
		return d.problem("ini-syntax", "the line is neither [section] nor key = value", "begin a comment with ; and keep each value on one line")
	case key == "":
		return d.problem("bad-key", "the key is empty", "write key = value")
	case strings.Contains(key, ":"):
		return d.problem("bad-key", "some readers end the key at the colon, others at the =", "write key = value, with no colon in the key")
	}
	d.pairs = append(d.pairs, pair{key, iniUnquote(strings.TrimLeft(value, " \t")), d.lines.line})
	return nil
}

// beginSection ends the current section and begins the one of a header.
func (d *iniDecoder) beginSection(line string) error {
	name, rest, ok := strings.Cut(line[1:], "]")
	name = strings.Trim(name, " \t")
	switch {
	case !ok:
		return d.problem("ini-syntax", "the section is not closed", "write [name]")
	case rest != "":
		return d.problem("ini-syntax", "something follows the ] of the section", "put comments on a line of their own")
	case name == "":
		return d.problem("bad-key", "the section has no name", "write [name]")
	}
	err := d.endSection()
	d.section, d.opened = name, d.lines.line
	return err
}

// endSection adds the current section, or the keys before the first one, to the result.
func (d *iniDecoder) endSection() error {
	m, err := textMembers(d.pairs, d.origin)
	if d.section == "" {
		d.top = m
	} else {
		n := tree.New(m, d.opened, d.origin)
		n.SetKey(d.section)
		d.top = append(d.top, n)
	}
	d.pairs = d.pairs[:0]
	return err
}

func (d *iniDecoder) problem(code, text, hint string) error {
	return dataProblem(d.origin, d.lines.line, code, text, hint)
}

// iniUnquote removes the quotes around a whole value.
func iniUnquote(s string) string {
	if iniQuoted(s) {
		return s[1 : len(s)-1]
	}
	return s
}

func iniQuoted(s string) bool {
	return len(s) >= 2 && (s[0] == '"' || s[0] == '\'') && s[len(s)-1] == s[0]
}
