package syntax

import (
	"strings"
)

// MaxNesting is the limit of nested blocks and parentheses: the parser recurses, and a stack
// overflow ends the process.
const MaxNesting = 500

// TooNested finds the offset of too deep a nesting; -1 is none. It reads quotes and comments of
// actions as the lexer does. Each "else if" of a chain counts: the parser nests it in the else.
func TooNested(text, left, right string) int {
	if strings.Count(text, left) <= MaxNesting && strings.Count(text, "(") <= MaxNesting {
		return -1 // nearly always
	}
	var open []int // else ifs of each open block
	depth := 0
	for at := 0; ; {
		start := strings.Index(text[at:], left)
		if start < 0 {
			return -1
		}
		start += at
		a := scanAction(text, start+len(left), right)
		if a.parens > MaxNesting {
			return start
		}
		switch {
		case a.opens:
			open = append(open, 1)
			depth++
		case a.elses && len(open) > 0:
			open[len(open)-1]++
			depth++
		case a.ends && len(open) > 0:
			depth -= open[len(open)-1]
			open = open[:len(open)-1]
		}
		if depth > MaxNesting {
			return start
		}
		at = a.end
	}
}

// An action is the result of scanning one action.
type action struct {
	end                int // offset after it
	parens             int // deepest parentheses
	opens, elses, ends bool
}

func scanAction(text string, at int, right string) action {
	a := action{}
	body := strings.TrimLeft(strings.TrimPrefix(text[at:], "-"), " \t\r\n")
	switch word := firstWord(body); word {
	case "if", "with", "range", "block", "define":
		a.opens = true
	case "end":
		a.ends = true
	case "else":
		next := firstWord(strings.TrimLeft(body[len(word):], " \t\r\n"))
		a.elses = next == "if" || next == "with"
	}
	if strings.HasPrefix(body, "/*") {
		if i := strings.Index(text[at:], "*/"); i >= 0 {
			at += i + 2
		}
	}
	depth := 0
	for at < len(text) {
		if strings.HasPrefix(text[at:], right) {
			at += len(right)
			break
		}
		switch text[at] {
		case '(':
			depth++
			a.parens = max(a.parens, depth)
		case ')':
			depth--
		case '"', '\'', '`':
			at = skipQuoted(text, at)
		}
		at++
	}
	a.end = min(at, len(text))
	return a
}

func firstWord(s string) string {
	for i := range len(s) {
		if s[i] < 'a' || s[i] > 'z' {
			return s[:i]
		}
	}
	return s
}

// skipQuoted returns the offset of the closing quote, or at where the quote is open at the end of
// its line.
func skipQuoted(text string, at int) int {
	quote := text[at]
	for i := at + 1; i < len(text); i++ {
		switch {
		case text[i] == quote:
			return i
		case text[i] == '\\' && quote != '`':
			i++
		case text[i] == '\n' && quote != '`':
			return at
		}
	}
	return at
}
