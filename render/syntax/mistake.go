package syntax

import (
	"strconv"
	"strings"

	"confit/render/diag"
)

// A Mistake is a syntax error: its place, what is wrong, and what to write instead.
type Mistake struct {
	Offset   int // in the text
	Text     string
	Hint     string
	Function string // the function that is not offered; "" for another mistake
	Argument string // its first argument, if that is a text
}

// OtherDelims is the hint for braces that another program replaces.
const OtherDelims = `where another program replaces {{ … }} in this file, set other delimiters: delims: ["[[", "]]"]`

var (
	badCharacter  = diag.LazyRegexp(`^(?:bad character U\+[0-9A-F]+ '(.+)'|unexpected "(.)" in .*)$`)
	unknownFunc   = diag.LazyRegexp(`^function "(.*)" not defined$`)
	undefined     = diag.LazyRegexp(`^undefined variable "(.*)"$`)
	badNumber     = diag.LazyRegexp(`^(?:bad|illegal) number syntax: "(.*)"$`)
	openAction    = diag.LazyRegexp(`^unclosed action started at .*:(\d+)$`)
	wholeWord     = diag.LazyRegexp(`^[\pL\pN_.]+`)
	charConstant  = diag.LazyRegexp(`^(?:unterminated|malformed) character constant(?:: '(.*)')?$`)
	fullName      = diag.LazyRegexp(`^[\pL_][\pL\pN_]*(?:\.[\pL_][\pL\pN_]*)*`)
	firstArgument = diag.LazyRegexp("^\\s*[\"`]([^\"`\\\\]*)[\"`]")
)

// remedies are hints for the start of a message of the parser.
var remedies = [][2]string{
	{"unexpected {{end}}", "no if, range, with, block or define is open here"},
	{"unexpected {{else}}", "no if, range or with is open here"},
	{"unclosed action", "the braces that close it are missing"},
	{"unclosed left paren", "a ) is missing"},
	{"unexpected right paren", "a ( is missing"},
	{"unterminated quoted string", "a text in quotes ends in its line; one in backquotes may be longer"},
	{"unterminated raw quoted string", "a backquote is missing"},
	{"unclosed comment", "a comment is written {{/* … */}}"},
	{"comment ends before closing delimiter", "a comment is written {{/* … */}}, and nothing else is in its braces"},
	{"missing value for", "an expression is missing; write or A B for A || B, and and A B for A && B"},
	{"non executable command", "a function comes after |"},
}

// operators are hints for characters that no expression has.
var operators = map[string]string{
	"-": "write sub A B for A - B", "+": "write add A B for A + B", "*": "write mul A B for A * B", "/": "write div A B for A / B",
	"%": "write mod A B for A % B", "=": "write eq A B to compare, or $x := A for a variable", "!": "write not A, or ne A B",
	"<": "write lt A B, or le A B", ">": "write gt A B, or ge A B", "&": "write and A B for A && B", "|": "write or A B for A || B", "?": "write ternary A B CONDITION",
	",": "separate arguments by spaces", "'": `write text in double quotes: "x"`, "[": "write list A B for a list, or index LIST 0 for an item",
	"{": "an action begins with two braces; " + OtherDelims, ":": "write $x := A for a variable",
}

// handlebars are hints for the first character of a tag of Handlebars or Mustache.
var handlebars = map[string]string{
	"#": "write if A … end for {{#if A}} … {{/if}}, and range A … end for {{#each A}} … {{/each}}",
	"/": "write end for {{/if}} or {{/each}}",
	"^": "write if not A … end for {{^A}} … {{/A}}",
	">": `write include "NAME" . for {{> NAME}}`,
	"!": "a comment is written {{/* … */}}",
	"&": "write the value alone: nothing is escaped",
}

// Explain finds the mistake behind a message of the parser of text/template at a line.
func Explain(text, left, right string, line int, message string) Mistake {
	s := code{text, left, right, lineStart(text, line), lineStart(text, line+1)}
	m := Mistake{Offset: s.action(), Text: diag.Quoted(message)}
	for _, r := range remedies {
		if strings.HasPrefix(message, r[0]) {
			m.Hint = r[1]
		}
	}
	if strings.Contains(message, "unexpected EOF") {
		if at, word := unclosed(text, left, right); at >= 0 {
			m.Offset, m.Text, m.Hint = at, "the "+word+" has no end", "close it with "+left+" end "+right
		}
	}
	if f := openAction().FindStringSubmatch(message); f != nil {
		n, _ := strconv.Atoi(f[1])
		s.from, s.to = lineStart(text, n), lineStart(text, n+1)
		m.Offset, m.Text = s.lastAction(), "the action is not closed"
	}
	if f := charConstant().FindStringSubmatch(message); f != nil {
		m.Offset = s.find(func(at int) bool { return strings.HasPrefix(text[at:], "'") })
		m.Text, m.Hint = "a text is not in single quotes", `write text in double quotes: "`+f[1]+`"`
	}
	if f := badCharacter().FindStringSubmatch(message); f != nil {
		return s.character(m, f[1]+f[2])
	}
	if f := undefined().FindStringSubmatch(message); f != nil {
		m.Offset, m.Text = s.word(f[1]), "there is no variable "+diag.Quoted(f[1])
		m.Hint = "set it before: {{ " + f[1] + " := … }}; " + OtherDelims
	}
	if f := badNumber().FindStringSubmatch(message); f != nil {
		if operators[f[1]] != "" {
			return s.character(m, f[1])
		}
		if at := s.find(func(at int) bool { return strings.HasPrefix(text[at:], f[1]) }); at >= 0 {
			word := wholeWord().FindString(text[at:])
			m.Offset, m.Text, m.Hint = at, diag.Quoted(word)+" is no number", `write text in double quotes: "`+word+`"`
		}
	}
	if f := unknownFunc().FindStringSubmatch(message); f != nil {
		m.Offset = s.word(f[1])
		m.Function = f[1]
		if m.Offset >= 0 {
			m.Function = fullName().FindString(text[m.Offset:])
			if a := firstArgument().FindStringSubmatch(text[m.Offset+len(m.Function):]); a != nil {
				m.Argument = a[1]
			}
		}
		m.Text = "there is no function " + diag.Quoted(m.Function)
	}
	if m.Offset < 0 {
		m.Offset = s.action()
	}
	return m
}

// code is the text of actions in one line.
type code struct {
	text, left, right string
	from, to          int // offsets of the line
}

// each calls visit with the offset of every byte of code outside of quotes, until it returns true.
func (s code) each(visit func(at int) bool) {
	for at := 0; at < s.to; {
		start := strings.Index(s.text[at:], s.left)
		if start < 0 {
			return
		}
		start += at + len(s.left)
		at = scanAction(s.text, start, s.right).end
		if strings.HasPrefix(strings.TrimLeft(s.text[start:], "- "), "/*") {
			continue
		}
		for i := start; i < min(at, s.to); i++ {
			if i >= s.from && visit(i) {
				return
			}
			if c := s.text[i]; c == '"' || c == '`' {
				i = skipQuoted(s.text, i)
			}
		}
	}
}

// find is the offset of the first code that matches; -1 is none.
func (s code) find(matches func(at int) bool) int {
	found := -1
	s.each(func(at int) bool {
		if matches(at) {
			found = at
		}
		return found >= 0
	})
	return found
}

// word is the offset of a name.
func (s code) word(name string) int {
	return s.find(func(at int) bool {
		end := at + len(name)
		return strings.HasPrefix(s.text[at:], name) && !inPath(s.text[at-1]) && (end == len(s.text) || s.text[end] == '.' || !inPath(s.text[end]))
	})
}

// action is the offset of the first action of the line, or of the line.
func (s code) action() int {
	if i := strings.Index(s.text[s.from:s.to], s.left); i >= 0 {
		return s.from + i
	}
	return s.from
}

// lastAction is the offset of the last action of the line, or of the line.
func (s code) lastAction() int {
	return s.from + max(0, strings.LastIndex(s.text[s.from:s.to], s.left))
}

// character explains a character that the parser refuses.
func (s code) character(m Mistake, char string) Mistake {
	at := s.find(func(at int) bool {
		return strings.HasPrefix(s.text[at:], char) && !strings.HasPrefix(s.text[at:], ":=")
	})
	if at < 0 {
		return m
	}
	if p, ok := pathMistake(s.text, s.left, at); ok && (char == "-" || char == "[") {
		return p
	}
	m.Offset, m.Text = at, "no expression has a "+diag.Quoted(char)
	if hint := handlebars[char]; hint != "" && at >= len(s.left) && s.text[at-len(s.left):at] == s.left {
		m.Hint = hint
		return m
	}
	m.Hint = operators[char]
	if m.Hint == "" {
		m.Hint = OtherDelims
	}
	return m
}

// unclosed finds the innermost block without an end, and its word; -1 is none.
func unclosed(text, left, right string) (int, string) {
	var open []int
	for at := 0; ; {
		start := strings.Index(text[at:], left)
		if start < 0 {
			break
		}
		start += at
		a := scanAction(text, start+len(left), right)
		switch {
		case a.opens:
			open = append(open, start)
		case a.ends && len(open) > 0:
			open = open[:len(open)-1]
		}
		at = a.end
	}
	if len(open) == 0 {
		return -1, ""
	}
	at := open[len(open)-1]
	return at, firstWord(strings.TrimLeft(text[at+len(left):], "- \t\n"))
}

// lineStart is the offset of a line, or of the end of the text.
func lineStart(text string, line int) int {
	at := 0
	for ; line > 1; line-- {
		i := strings.IndexByte(text[at:], '\n')
		if i < 0 {
			return len(text)
		}
		at += i + 1
	}
	return at
}
