package format

import (
	"bytes"
	"fmt"
	"sort"
	"strings"
	"unicode/utf8"

	"confit/render/diag"
)

// maxSearched is the size of the largest text in which the line of a mistake is searched: that
// parses the beginning of the text some twenty times.
const maxSearched = 256 << 10

// blockError matches the messages whose line is that of the list or map around the mistake, or of
// the token before it.
var blockError = diag.LazyRegexp(`: (did not find expected (key|'-' indicator)|found a tab character|found character that cannot start)`)

// placeMistake moves a problem to the line that a person would mend, where that can be found.
func placeMistake(p *diag.Problem, data []byte, err error) {
	lines := bytes.SplitAfter(data, []byte("\n"))
	if p.Pos.Line < 1 || p.Pos.Line > len(lines) {
		return
	}
	if blockError().MatchString(err.Error()) && len(data) <= maxSearched {
		p.Pos.Line = failingLine(lines, p.Pos.Line, err.Error())
	}
	at := p.Pos.Line
	if strings.Contains(err.Error(), "found a tab character") {
		for at < len(lines) && tabIn(lines[at-1]) < 0 {
			at++
		}
	}
	line := lines[at-1]
	if tab := tabIn(line); tab >= 0 {
		p.Pos.Line, p.Pos.Col = at, tab+1
		p.Text, p.Hint = notValid+": the line is indented with a tab", "indent with spaces"
		return
	}
	if blockError().MatchString(err.Error()) || strings.Contains(err.Error(), "mapping values are not allowed") {
		hintIndentation(p, lines)
	}
}

// tabIn is the offset of a tab in the indentation of a line; -1 for none.
func tabIn(line []byte) int {
	for i, b := range line {
		switch b {
		case '\t':
			return i
		case ' ':
		default:
			return -1
		}
	}
	return -1
}

// failingLine is the first line with which the beginning of a text fails as the whole does. Once
// the parser has met a mistake, what follows does not matter. It is fallback where nothing is found.
func failingLine(lines [][]byte, fallback int, message string) int {
	n := sort.Search(len(lines), func(i int) bool {
		_, err := ParseYAML(bytes.Join(lines[:i+1], nil))
		return err != nil && err.Error() == message
	}) + 1
	if n > len(lines) || n < fallback {
		return fallback
	}
	for n > fallback && len(bytes.TrimSpace(lines[n-1])) == 0 {
		n--
	}
	return n
}

// hintIndentation says how a line is indented in comparison with those of the list or map that it
// is likely meant to belong to.
func hintIndentation(p *diag.Problem, lines [][]byte) {
	own, isItem := indentation(lines[p.Pos.Line-1])
	best := level{-1, false}
	for _, l := range levels(lines[:p.Pos.Line-1]) {
		switch {
		case l.in == own && l.item == isItem:
			return // the line fits: something else is wrong
		case l.item == isItem && (best.in < 0 || distance(l.in, own) <= distance(best.in, own)):
			best = l
		}
	}
	if best.in < 0 {
		return
	}
	what, more := "map", "less"
	if isItem {
		what = "list"
	}
	if own > best.in {
		more = "more"
	}
	p.Pos.Col = own + 1
	p.Hint = fmt.Sprintf("the line is indented by %s %s than the lines of the same %s", diag.Plural(distance(best.in, own), "space"), more, what)
}

// levels are the lists and maps that are open after lines, by their indentation.
func levels(lines [][]byte) []level {
	open := []level{{0, false}}
	for _, line := range lines {
		text := bytes.TrimSpace(line)
		if len(text) == 0 || text[0] == '#' || bytes.HasPrefix(text, []byte("---")) {
			continue
		}
		in, item := indentation(line)
		for len(open) > 0 && open[len(open)-1].in > in {
			open = open[:len(open)-1]
		}
		open = append(open, level{in, item})
		if rest := bytes.TrimLeft(text, "- "); item && len(rest) > 0 {
			open = append(open, level{in + len(text) - len(rest), false})
		}
	}
	return open
}

// A level is the indentation of a list or map around a line.
type level struct {
	in   int
	item bool // of a list
}

func distance(a, b int) int { return max(a-b, b-a) }

// indentation counts the spaces before a line, and tells whether an item of a list begins there.
func indentation(line []byte) (spaces int, item bool) {
	text := bytes.TrimLeft(line, " ")
	return len(line) - len(text), bytes.HasPrefix(text, []byte("- ")) || bytes.Equal(bytes.TrimSpace(text), []byte("-"))
}

// ShowLine adds the line of a syntax error, which must not be one of a secret.
func ShowLine(err error, data []byte) {
	for _, p := range diag.Problems(err, diag.CauseUnknown) {
		lines := bytes.Split(data, []byte("\n"))
		if strings.HasPrefix(p.Text, notValid) && p.Pos.Line > 0 && p.Pos.Line <= len(lines) && utf8.Valid(lines[p.Pos.Line-1]) {
			p.Source = strings.TrimSuffix(string(lines[p.Pos.Line-1]), "\r")
		}
	}
}
