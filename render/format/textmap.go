package format

import (
	"strconv"
	"strings"
	"unicode/utf8"

	"confit/render/diag"
	"confit/render/tree"
)

// A pair is a key and its value in a format that has no types.
type pair struct {
	key, value string
	line       int
}

// fileText is the text of a file without the byte order mark. It refuses text that is not
// UTF-8, and reserves memory for its copy.
func fileText(data []byte, o *tree.Origin) (string, error) {
	if line, ok := invalidUTF8(data); ok {
		return "", dataProblem(o, line, "not-utf8", "not UTF-8 text", "save the file as UTF-8")
	}
	o.Budget.Reserve(len(data))
	return strings.TrimPrefix(string(data), byteOrderMark), nil
}

// node makes an untyped leaf of a pair.
func (p pair) node(o *tree.Origin) tree.Node {
	n := *tree.NewText(p.value, p.line, o)
	n.SetKey(p.key)
	return n
}

// textMap makes a map of pairs. A duplicate key is an error.
func textMap(pairs []pair, o *tree.Origin) (*tree.Node, error) {
	m, err := textMembers(pairs, o)
	n := tree.New(m, 0, o)
	return &n, err
}

func textMembers(pairs []pair, o *tree.Origin) (tree.Members, error) {
	o.Reserve(len(pairs))
	m := make(tree.Members, len(pairs))
	for i, p := range pairs {
		m[i] = p.node(o)
	}
	return m, sortUnique(m, o)
}

// A lineReader splits text into lines, which end in \n, \r\n or \r.
type lineReader struct {
	rest string
	line int // the number of the line that next returned last
}

func (r *lineReader) next() (string, bool) {
	if r.rest == "" {
		return "", false
	}
	r.line++
	i := strings.IndexAny(r.rest, "\r\n")
	if i < 0 {
		line := r.rest
		r.rest = ""
		return line, true
	}
	line := r.rest[:i]
	if strings.HasPrefix(r.rest[i:], "\r\n") {
		i++
	}
	r.rest = r.rest[i+1:]
	return line, true
}

// duplicateProblem is the error of a key that is there twice. A key of a secret may be a part
// of its value, in a file that is read as another format than it has.
func duplicateProblem(o *tree.Origin, key string, line, first int, hint string) *diag.Problem {
	if o.Sensitive {
		return dataProblem(o, line, "duplicate-key", "the key of this line is there already, in line "+strconv.Itoa(first), hint)
	}
	return dataProblem(o, line, "duplicate-key", "the key "+diag.Quoted(key)+" is there already, in line "+strconv.Itoa(first), hint)
}

//go:noinline
func dataProblem(o *tree.Origin, line int, code, text, hint string) *diag.Problem {
	return &diag.Problem{Cause: diag.CauseData, Code: code, Pos: diag.Pos{File: o.File, Line: line}, Text: text, Hint: hint}
}

// invalidUTF8 finds the first line that is not UTF-8.
func invalidUTF8(data []byte) (line int, bad bool) {
	if utf8.Valid(data) {
		return 0, false
	}
	line = 1
	for len(data) > 0 {
		r, size := utf8.DecodeRune(data)
		if r == utf8.RuneError && size == 1 {
			return line, true
		}
		if r == '\n' {
			line++
		}
		data = data[size:]
	}
	return line, false
}
