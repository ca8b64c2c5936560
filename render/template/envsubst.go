package template

import (
	"fmt"
	"strings"

	"confit/render/diag"
	"confit/render/glob"
	"confit/render/tree"
	"confit/render/values"
)

// Variables says which names a substitution replaces.
type Variables struct {
	Paths map[string]string // NAME to path; any other name matches as an environment variable does
	Only  []string          // globs of names; none replaces all
}

// A substitution replaces ${NAME}, ${NAME:-default}, ${NAME:?message} and ${NAME:+other} in a text
// as a shell does; the names are those of values. For names in upper case, ${NAME-default},
// ${NAME?message} and ${NAME+other} count an empty value as set. $name stays, and $${ writes ${. A
// default may hold further expressions. Existing parsers also replace $name and read the environment
// of the process.
type substitution struct {
	*eval
	Variables
	root *tree.Node
	at   int
	bare map[string]bool // names without braces that were looked up
}

// replaceAll replaces up to the end of the text, or up to the brace that closes a default.
func (s *substitution) replaceAll(depth int, inner bool) {
	text := s.def.src.Text
	for s.at < len(text) {
		rest, start := text[s.at:], s.at
		switch {
		case inner && rest[0] == '}':
			return
		case strings.HasPrefix(rest, "$${") && s.replaces(rest[3:]):
			s.at += 3
			s.write("${", start+1, true)
		case strings.HasPrefix(rest, "${") && s.replaces(rest[2:]):
			s.write(s.replaceOne(depth), start, false)
		case strings.HasPrefix(rest, "${") && inner:
			s.copyExpression(depth)
		default:
			n := 1 + strings.IndexAny(rest[1:], "$}")
			if n == 0 {
				n = len(rest)
			}
			s.noticeBare(rest[:n])
			s.at += n
			s.write(rest[:n], start, true)
		}
	}
}

// replaces reports whether only: has the name at the start of a text.
func (s *substitution) replaces(text string) bool {
	name := text[:nameLen(text)]
	matches := len(s.Only) == 0
	for _, g := range s.Only {
		if glob.Match(g, name) {
			matches, s.replaced[g] = true, true
		}
	}
	return matches
}

// copyExpression copies an expression in a default that is not replaced, with its braces.
func (s *substitution) copyExpression(depth int) {
	start := s.at
	if depth > int(s.engine.limits.Depth) {
		s.limitAt(start, "too-deep", "defaults are nested too deep", "raise limits: {depth: …}")
	}
	s.at += 2
	s.write("${", start, true)
	s.replaceAll(depth+1, true)
	if s.at < len(s.def.src.Text) {
		s.at++
		s.write("}", s.at-1, true)
	}
}

// noticeBare gives a notice of $NAME where NAME is a value.
func (s *substitution) noticeBare(text string) {
	name := text[1:][:nameLen(text[1:])]
	if text[0] != '$' || name == "" || s.bare[name] || s.masked || s.def.src.secret || !s.replaces(name) {
		return
	}
	s.bare[name] = true
	if len(s.paths(name)) > 0 {
		s.notices = append(s.notices, s.pos(s.at).String()+": $"+name+" stays as it is, although "+name+" is a value: write ${"+name+"} to replace it")
	}
}

// write adds text to the output within the limits.
func (s *substitution) write(text string, at int, copied bool) {
	if len(s.out)+len(text) > maxOutput {
		s.limitAt(at, "output-size", fmt.Sprintf("the output is larger than %d MiB", maxOutput>>20), "look for a large value that comes often")
	}
	if s.steps++; s.steps%stepsPerCheck == 0 && s.pastDeadline() {
		s.limitAt(at, "time-limit", "the file is not done within the time limit", "split it, or raise limits: {time: …}")
	}
	s.trace(at, copied)
	s.grow(len(text))
	s.out = append(s.out, text...)
}

// replaceOne returns the text for the expression at the current offset.
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
	switch {
	case name == "" || !strings.ContainsRune("}-?+", rune(op)) || op == '}' && colon:
		s.failSyntax(start, "not of the form ${NAME}, ${NAME:-default}, ${NAME:?message} or ${NAME:+other}")
		return ""
	case op != '}' && !colon && name != strings.ToUpper(name):
		s.failSyntax(start, "${"+name+string(op)+"…} is not replaced: without a colon, only names in upper case are")
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

// word evaluates the word after an operator. Where the result does not use the word, missing
// values in it are no errors.
func (s *substitution) word(depth, start int, name string, op byte, colon bool) string {
	value, there := s.lookup(start, name)
	unset := !there || colon && value == ""
	problems, latest := s.problems, s.latest
	word := s.capture(func() { s.replaceAll(depth+1, true) })
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
	mapped, ok := s.Paths[name]
	if !ok {
		s.failAt(start, "missing-value", "no value for "+diag.Quoted(name), "set it in a source, give it a default: ${"+name+":-…}, or a path: vars: {"+name+": path}; "+
			"where another program replaces it, write $${"+name+"}, or list the names to replace in only:")
		return
	}
	s.failAt(start, "missing-value", "no value for "+diag.Quoted(mapped)+", where vars: looks for "+diag.Quoted(name), "set it in a source, or give it a default: ${"+name+":-…}")
	path, _ := tree.ParsePath(mapped)
	if n, deepest := s.root.Find(path); n == nil && s.latest != nil && !s.def.src.secret {
		s.listSiblings(s.latest, deepest, path[len(deepest.Path())].Key)
	}
}

// paths are the paths of a name: that in vars:, or those that an environment variable of that name
// could set.
func (s *substitution) paths(name string) []tree.Path {
	if p, ok := s.Paths[name]; ok {
		path, _ := tree.ParsePath(p)
		return []tree.Path{path}
	}
	return values.IndexVars(s.root, values.Layer{Vars: []values.Var{{Rest: name}}})[values.FoldName(name)]
}

// lookup finds the value of a name.
func (s *substitution) lookup(start int, name string) (string, bool) {
	found := s.paths(name)
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
	s.failAt(start, "envsubst-syntax", text, "write $${ for ${ itself, or list the names to replace in only:")
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
