package format

import (
	"bytes"

	"confit/render/tree"
)

// checkTOML10 refuses the forms that the parser accepts and TOML 1.0 does not have: in an inline
// table a newline, a comment or a last comma; in a basic string the escapes \x and \e. It leaves
// all other mistakes to the parser.
func checkTOML10(data []byte, o *tree.Origin) error {
	l := tomlLexer{data: data, line: 1, origin: o}
	for l.at < len(l.data) {
		if err := l.step(); err != nil {
			return err
		}
	}
	return nil
}

type tomlLexer struct {
	data   []byte
	at     int
	line   int
	origin *tree.Origin
	open   []byte // the brackets that are open
	last   byte   // the last byte that is no blank
}

// step reads one token: a string, a comment or a single byte.
func (l *tomlLexer) step() error {
	c := l.data[l.at]
	inline := len(l.open) > 0 && l.open[len(l.open)-1] == '{'
	switch c {
	case '"', '\'':
		l.last = c
		return l.text(c)
	case '#':
		if inline {
			return l.problem("an inline table has a comment in it")
		}
		for l.at < len(l.data) && l.data[l.at] != '\n' {
			l.at++
		}
		return nil
	case '\n':
		if inline {
			return l.problem("an inline table goes over several lines")
		}
		l.line++
	case '[', '{':
		l.open = append(l.open, c)
	case ']', '}':
		if c == '}' && inline && l.last == ',' {
			return l.problem("a comma follows the last value of an inline table")
		}
		l.open = l.open[:max(len(l.open)-1, 0)]
	}
	if c != ' ' && c != '\t' && c != '\r' && c != '\n' {
		l.last = c
	}
	l.at++
	return nil
}

// text reads a string of one of the four kinds.
func (l *tomlLexer) text(quote byte) error {
	end := []byte{quote}
	if long := bytes.Repeat(end, 3); bytes.HasPrefix(l.data[l.at:], long) {
		end = long
	}
	for l.at += len(end); l.at < len(l.data); l.at++ {
		switch c := l.data[l.at]; {
		case c == '\\' && quote == '"' && l.at+1 < len(l.data):
			if l.at++; l.data[l.at] == 'x' || l.data[l.at] == 'e' {
				return l.problem("a string has an escape that TOML 1.0 does not have")
			}
			if l.data[l.at] == '\n' {
				l.line++
			}
		case bytes.HasPrefix(l.data[l.at:], end):
			for l.at += len(end); len(end) == 3 && l.at < len(l.data) && l.data[l.at] == quote; {
				l.at++ // quotes before the end of a long string
			}
			return nil
		case c == '\n':
			if l.line++; len(end) == 1 {
				return nil
			}
		}
	}
	return nil
}

func (l *tomlLexer) problem(text string) error {
	return dataProblem(l.origin, l.line, "toml-syntax", "not TOML 1.0: "+text, "many readers refuse the forms of TOML 1.1: write the table under a [header], and a character as \\u001B")
}
