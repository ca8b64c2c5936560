package format

import (
	"errors"
	"strings"

	"confit/render/diag"
	"confit/render/tree"
)

// decodeFile reads an INI file into nodes of origin o: one level a section, keys before
// the first section at the top, all leaves text.
//
// Comments begin a line with ; or #. A section or key that comes twice is refused, and so is
// a line without =, and a value that the dialect does not read.
//
// gopkg.in/ini.v1 does not serve: it expands %(name)s, also in an endless recursion.
func (d iniDialect) decodeFile(data []byte, o *tree.Origin) (*tree.Node, error) {
	text, err := fileText(data, o)
	if err != nil {
		return nil, err
	}
	r := iniDecoder{dialect: d, origin: o, lines: lineReader{rest: text}}
	for {
		line, ok := r.lines.next()
		if !ok {
			break
		}
		if err := r.read(line); err != nil {
			return nil, err
		}
	}
	if err := r.endSection(); err != nil {
		return nil, err
	}
	n := tree.New(r.top, 0, o)
	return &n, sortUnique(r.top, o)
}

type iniDecoder struct {
	dialect iniDialect
	origin  *tree.Origin
	lines   lineReader
	top     tree.Members
	section string // the current one; "" before the first
	opened  int    // the line of its header
	pairs   []pair
}

func (d *iniDecoder) read(raw string) error {
	line := strings.Trim(raw, " \t")
	switch {
	case line == "" || line[0] == ';' || line[0] == '#':
		return nil
	case line[0] == '[':
		return d.beginSection(line)
	case d.dialect.name == "python" && raw[0] != line[0] && len(d.pairs) > 0:
		return d.problem("ini-syntax", "Python adds this line to the value above, because it is indented", "begin the line at its first column; values of several lines are not read")
	}
	end := strings.IndexByte(line, '=')
	if d.dialect.colon {
		end = strings.IndexAny(line, "=:")
	}
	if end < 0 {
		return d.withoutValue(line)
	}
	key := strings.TrimRight(line[:end], " \t")
	switch {
	case key == "":
		return d.problem("bad-key", "the key is empty", "write key = value")
	case strings.Contains(key, ":"):
		return d.problem("bad-key", "some readers end the key at the colon, others at the =", "write key = value, with no colon in the key")
	}
	value, err := d.dialect.decode(strings.TrimLeft(line[end+1:], " \t"))
	if err != nil {
		hint := "set dialect: " + iniDialectNames + " on the source, for the reader that the file is written for"
		if d.dialect.name != "" {
			hint = "rewrite the value, or set another dialect: on the source"
		}
		return d.problem("ini-dialect", err.Error(), hint)
	}
	d.pairs = diag.Append(d.origin.Budget, d.pairs, pair{key, value, d.lines.line})
	return nil
}

// withoutValue words the error of a line that has no =.
func (d *iniDecoder) withoutValue(line string) error {
	const asItIs = "; a file with such lines goes through template: or copy: as it is"
	switch {
	case d.origin.Sensitive: // the kind of the error would tell of the line
	case line[0] == '!':
		return d.problem("ini-syntax", "a line that begins with ! is a directive of MySQL, which confit does not follow", "name the files as sources of their own"+asItIs)
	case line[0] == '@':
		return d.problem("ini-syntax", "a line that begins with @ is a directive of Fluent Bit, which confit does not follow", "name the files as sources of their own"+asItIs)
	case iniFlag().MatchString(line):
		return d.problem("ini-syntax", "the key has no = and no value, as in my.cnf", "write key = value, like skip-name-resolve = ON"+asItIs)
	}
	return d.problem("ini-syntax", "the line is neither [section] nor key = value", "begin a comment with ; and keep each value on one line; Fluent Bit's key and value without = are not read"+asItIs)
}

// iniFlag matches a key without a value.
var iniFlag = diag.LazyRegexp(`^[A-Za-z0-9_.-]+$`)

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
	var p *diag.Problem
	if errors.As(err, &p) {
		p.Hint += "; a file with repeated keys, like a unit of systemd, goes through template: or copy: as it is"
	}
	if d.section == "" {
		d.top = m
	} else {
		n := tree.New(m, d.opened, d.origin)
		n.SetKey(d.section)
		d.top = diag.Append(d.origin.Budget, d.top, n)
	}
	d.pairs = d.pairs[:0]
	return err
}

func (d *iniDecoder) problem(code, text, hint string) error {
	return dataProblem(d.origin, d.lines.line, code, text, hint)
}
