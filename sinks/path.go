package sinks

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"confit/render/content"
	"confit/render/diag"
	"confit/render/glob"
)

const (
	maxName = 255  // bytes of one name, NAME_MAX
	maxPath = 4096 // bytes of a whole path, PATH_MAX
)

// statePrefix begins the name of every state directory; no output may have it.
const statePrefix = ".confit-"

// CheckPath tells why no output can have the path p, which is slash-separated and relative
// to a sink's directory. It gives nil for a path that an output can have. It touches no disk.
func CheckPath(p string) error {
	switch {
	case p == "":
		return errors.New("an empty path")
	case !utf8.ValidString(p):
		return errors.New("a path that is not UTF-8")
	case strings.ContainsFunc(p, unicode.IsControl):
		return errors.New("a path with a control character")
	case p[0] == '/':
		return errors.New("an absolute path")
	case len(p) > maxPath:
		return fmt.Errorf("a path of %d bytes; %d is the limit", len(p), maxPath)
	case strings.HasPrefix(strings.ToLower(p), statePrefix):
		return errors.New("a path in " + statePrefix + "*, which confit keeps for itself")
	}
	for name := range strings.SplitSeq(p, "/") {
		if err := checkName(name); err != nil {
			return err
		}
	}
	return nil
}

func checkName(name string) error {
	switch {
	case name == "..":
		return errors.New("a path that leads out of the directory")
	case name == "" || name == ".":
		return errors.New("a path with an empty name or a dot")
	case len(name) > maxName:
		return fmt.Errorf("a name of %d bytes; %d is the limit", len(name), maxName)
	}
	return nil
}

// CheckName tells why a spec cannot have this name, which becomes part of the name of its
// state directory. It gives nil for a name that a spec can have.
func CheckName(name string) error {
	if name == "" || len(name) > 100 {
		return errors.New("a name has 1 to 100 characters")
	}
	for _, r := range name {
		if !strings.ContainsRune("-._", r) && (r > unicode.MaxASCII || !unicode.IsLetter(r) && !unicode.IsDigit(r)) {
			return errors.New("a name is made of letters, digits, '-', '.' and '_'")
		}
	}
	return nil
}

// CheckOutputs finds the outputs of one sink that cannot be published: bad paths, two
// outputs on one path, a file where another needs a directory, names that differ only in
// case. The cause is the values where they made one of the paths, else the spec.
func CheckOutputs(outs []content.Output) error {
	c := checker{outs: outs, dirs: map[string]*content.Output{}, folded: map[string]string{}}
	c.setApartBad()
	for _, i := range c.good {
		c.noteDirs(&outs[i])
	}
	for _, i := range c.good {
		c.findClashes(&outs[i])
	}
	slices.SortFunc(c.problems, func(a, b *diag.Problem) int { return strings.Compare(a.Text, b.Text) })
	return joined(c.problems)
}

// causeOf says who has to correct the path of an output: the data where a value made it, else
// the spec.
func causeOf(o *content.Output) diag.Cause {
	if o.Computed {
		return diag.CauseData
	}
	return diag.CauseSpec
}

type checker struct {
	outs     []content.Output
	good     []int32                    // outputs with a good path that no other has, in order
	dirs     map[string]*content.Output // the first output of each directory
	folded   map[string]string          // the first path of each that differ only in case, by its lower case
	problems []*diag.Problem
}

// setApartBad reports bad paths and second outputs on a path, and collects the others.
func (c *checker) setApartBad() {
	for i := range c.outs {
		o := &c.outs[i]
		if err := CheckPath(o.Path); err != nil {
			c.report(o, o, "%s is %s", diag.Quoted(o.Path), err)
			continue
		}
		c.good = append(c.good, int32(i))
	}
	slices.SortFunc(c.good, func(a, b int32) int {
		return cmp.Or(strings.Compare(c.outs[a].Path, c.outs[b].Path), cmp.Compare(a, b))
	})
	c.good = slices.CompactFunc(c.good, func(a, b int32) bool {
		first, o := &c.outs[a], &c.outs[b]
		if first.Path != o.Path {
			return false
		}
		c.report(o, first, "two outputs on one path: %s%s", diag.Quoted(o.Path), alsoAt(first))
		return true
	})
	slices.Sort(c.good)
}

// noteDirs notes the directories of an output, and the paths that are not in lower case.
func (c *checker) noteDirs(o *content.Output) {
	c.noteCase(o.Path)
	for dir := parent(o.Path); dir != "." && c.dirs[dir] == nil; dir = parent(dir) {
		c.dirs[dir] = o
		c.noteCase(dir)
	}
}

func (c *checker) noteCase(p string) {
	if key := glob.FoldCase(p); key != p {
		c.folded[key] = ""
	}
}

// findClashes reports another output that needs o as a directory, and a path or directory
// that differs from one of o only in case.
func (c *checker) findClashes(o *content.Output) {
	if below := c.dirs[o.Path]; below != nil {
		c.report(o, below, "%s is a file, and a directory for %s", diag.Quoted(o.Path), diag.Quoted(below.Path))
	}
	if len(c.folded) == 0 {
		return
	}
	c.checkCase(o, o.Path)
	for dir := parent(o.Path); dir != "." && c.dirs[dir] == o; dir = parent(dir) {
		c.checkCase(o, dir)
	}
}

// checkCase reports a path that differs from p only in case.
func (c *checker) checkCase(o *content.Output, p string) {
	key := glob.FoldCase(p)
	other, ok := c.folded[key]
	if ok && other == "" {
		c.folded[key] = p
	} else if ok && other != p {
		c.report(o, o, "%s and %s differ only in case", diag.Quoted(other), diag.Quoted(p))
	}
}

// report adds a problem of the path of an output, which may be one with the path of another.
// It is a problem of the data, and not of the spec, where a value made one of the paths.
func (c *checker) report(o, other *content.Output, format string, args ...any) {
	p := &diag.Problem{Cause: causeOf(o), Code: CodePath, Pos: o.Pos(), Text: fmt.Sprintf(format, args...)}
	if k := causeOf(other); k == diag.CauseData {
		p.Cause = k
	}
	c.problems = append(c.problems, p)
}

// alsoAt is the place of the other output of a clash, for the end of a sentence.
func alsoAt(o *content.Output) string {
	if o.Pos().File == "" {
		return ""
	}
	return " (the other at " + o.Pos().String() + ")"
}

// parent is path.Dir for a path that CheckPath accepts, without its allocations.
func parent(p string) string {
	if i := strings.LastIndexByte(p, '/'); i >= 0 {
		return p[:i]
	}
	return "."
}

// base is the last name of such a path.
func base(p string) string { return p[strings.LastIndexByte(p, '/')+1:] }
