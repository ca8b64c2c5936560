package template

import (
	"fmt"
	"strings"

	"confit/render/diag"
	"confit/render/tree"
	"confit/render/values"
)

// A substitution replaces ${NAME}, ${NAME:-default}, ${NAME-default}, ${NAME:?message},
// ${NAME?message}, ${NAME:+other} and ${NAME+other} in a text as a shell does; the names are those
// of values. With the colon, an empty value counts as unset. $name stays, and $${ writes ${. A
// default may hold further expressions. Existing parsers also replace $name and read the environment
// of the process.
type substitution struct {
	*eval
	vars map[string]string // NAME → path
	root *tree.Node
	at   int
}

// replaceAll replaces up to the end of the text, or up to the brace that closes a default.
func (s *substitution) replaceAll(depth int, inner bool) string {
	var b strings.Builder
	text := s.def.src.Text
	for s.at < len(text) {
		rest := text[s.at:]
		switch {
		case inner && rest[0] == '}':
			return b.String()
		case strings.HasPrefix(rest, "$${"):
			s.write(&b, "${")
			s.at += 3
		case strings.HasPrefix(rest, "${"):
			s.write(&b, s.replaceOne(depth))
		default:
			n := 1 + strings.IndexAny(rest[1:], "$}")
			if n == 0 {
				n = len(rest)
			}
			s.write(&b, rest[:n])
			s.at += n
		}
	}
	return b.String()
}

// write adds text to b within the limits.
func (s *substitution) write(b *strings.Builder, text string) {
	size := b.Len() + len(text)
	if size > maxOutput {
		s.limitAt(s.at, "output-size", fmt.Sprintf("the output is larger than %d MiB", maxOutput>>20), "look for a large value that comes often")
	}
	if s.steps++; s.steps%stepsPerCheck == 0 && s.pastDeadline() {
		s.limitAt(s.at, "time-limit", "the file is not done within the time limit", "split it, or raise limits: {time: …}")
	}
	if size > b.Cap() {
		s.engine.budget.Reserve(2 * size)
	}
	b.WriteString(text)
}

// replaceOne replaces the expression at the current offset.
func (s *substitution) replaceOne(depth int) string {
	start, text := s.at, s.def.src.Text
	if depth > int(s.engine.limits.Depth) {
		s.failSyntax(start, "defaults are nested too deep")
		return ""
	}
	s.at += 2
	name := text[s.at : s.at+nameLen(text[s.at:])]
	s.at += len(name)
	colon, op := false, byte('}')
	if s.at < len(text) {
		op = text[s.at]
	}
	if op == ':' && s.at+1 < len(text) {
		colon, op = true, text[s.at+1]
		s.at++
	}
	if name == "" || !strings.ContainsRune("}-?+", rune(op)) || op == '}' && colon {
		s.failSyntax(start, "not of the form ${NAME}, ${NAME:-default}, ${NAME:?message} or ${NAME:+other}")
		return ""
	}
	word := ""
	if op != '}' {
		s.at++
		word = s.word(depth, start, name, op, colon)
	}
	if s.at >= len(text) || text[s.at] != '}' {
		s.failSyntax(start, "the brace is not closed")
		return ""
	}
	s.at++
	return s.apply(start, name, op, colon, word)
}

// word evaluates the word after an operator. Where the result does not use the word, missing values
// in it are no errors.
func (s *substitution) word(depth, start int, name string, op byte, colon bool) string {
	value, there := s.lookup(start, name)
	unset := !there || colon && value == ""
	problems, latest := s.problems, s.latest
	word := s.replaceAll(depth+1, true)
	if unset == (op == '+') {
		s.problems, s.latest = problems, latest
	}
	return word
}

func (s *substitution) apply(start int, name string, op byte, colon bool, word string) string {
	value, there := s.lookup(start, name)
	unset := !there || colon && value == ""
	switch {
	case op == '+' && unset:
		return ""
	case op == '+' || op == '-' && unset:
		return word
	case op == '?' && unset:
		if word == "" {
			word = name + " is not set"
		}
		if s.reads.Secret {
			word = name + " is not set"
		}
		s.failAt(start, "required", diag.Quoted(word), "")
		return ""
	case !there:
		s.failUnset(start, name)
		return ""
	}
	return value
}

// failUnset reports a name without a value, and the path that vars: gives the name.
func (s *substitution) failUnset(start int, name string) {
	mapped, ok := s.vars[name]
	if !ok {
		s.failAt(start, "missing-value", "no value for "+diag.Quoted(name), "set it in a source, give it a default: ${"+name+":-…}, or say where it is: vars: {"+name+": path}")
		return
	}
	s.failAt(start, "missing-value", "no value for "+diag.Quoted(mapped)+", where vars: looks for "+diag.Quoted(name), "set it in a source, or give it a default: ${"+name+":-…}")
	path, _ := tree.ParsePath(mapped)
	if n, deepest := s.root.Find(path); n == nil && s.latest != nil && !s.def.src.secret {
		s.listSiblings(s.latest, deepest, path[len(deepest.Path())].Key)
	}
}

// lookup finds the value of a name: at its path in vars:, or else at the path that an environment
// variable of that name would set.
func (s *substitution) lookup(start int, name string) (string, bool) {
	var found []tree.Path
	if p, ok := s.vars[name]; ok {
		path, _ := tree.ParsePath(p)
		found = []tree.Path{path}
	} else {
		found = values.IndexVars(s.root, values.Layer{Vars: []values.Var{{Rest: name}}})[values.FoldName(name)]
	}
	switch len(found) {
	case 0:
		return "", false
	case 1:
	default:
		s.failAt(start, "env-ambiguous", diag.Quoted(name)+" could mean "+diag.Quoted(found[0].String())+" or "+diag.Quoted(found[1].String()), "say which: vars: {"+name+": "+found[0].String()+"}")
		return "", true
	}
	n, _ := s.root.Find(found[0])
	if n == nil || n.Value() == nil {
		return "", false
	}
	text, ok := tree.TextOf(s.scalar(n))
	if !ok {
		s.failAt(start, "raw-"+n.Kind(), diag.Quoted(found[0].String())+" is "+diag.WithArticle(n.Kind())+" and has no text", "")
	}
	return text, true
}

func (s *substitution) failSyntax(start int, text string) {
	s.failAt(start, "envsubst-syntax", text, "write $${ for ${ itself")
}

// nameLen is the length of the name at the start of s.
func nameLen(s string) int {
	for i := range len(s) {
		c := s[i]
		if c != '_' && (c < 'A' || c > 'Z') && (c < 'a' || c > 'z') && (i == 0 || c < '0' || c > '9') {
			return i
		}
	}
	return len(s)
}
