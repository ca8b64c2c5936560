package sinks

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"confit/render"
)

const (
	maxName = 255  // bytes of one name, NAME_MAX
	maxPath = 4096 // bytes of a whole path, PATH_MAX
)

// statePrefix begins the name of every state directory; no output may have it.
const statePrefix = ".confit-"

// CheckPath tells why no output can have the path p, which is slash-separated
// and relative to a sink's directory; nil when one can. It touches no disk.
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

// CheckName tells why a spec cannot have this name, which becomes part of the
// name of its state directory; nil when it can.
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

// CheckOutputs finds the outputs of one sink that cannot be published, alone or
// beside each other: bad paths, two on one path, a file where another needs a
// directory, names that differ only in case. The cause is the spec, or the values
// where they made the path; of two that clash one from values decides.
func CheckOutputs(outs []render.Output) error {
	c := checker{outs: outs, dirs: map[string]*render.Output{}, folded: map[string]string{}}
	c.apart()
	for _, i := range c.good {
		c.enter(&outs[i])
	}
	for _, i := range c.good {
		c.clash(&outs[i])
	}
	slices.SortFunc(c.problems, func(a, b *render.Problem) int { return strings.Compare(a.Text, b.Text) })
	return joined(c.problems)
}

func causeOf(o *render.Output) render.Cause {
	if o.Made {
		return render.CauseData
	}
	return render.CauseSpec
}

type checker struct {
	outs     []render.Output
	good     []int32                   // those with a path of their own, in order
	dirs     map[string]*render.Output // by directory: the first output in it
	folded   map[string]string         // by a path in lower case, where some path is not: the first of them
	problems []*render.Problem
}

// apart leaves out the outputs without a path of their own.
func (c *checker) apart() {
	for i := range c.outs {
		o := &c.outs[i]
		if err := CheckPath(o.Path); err != nil {
			c.add(o, o, "%s is %s", render.Quoted(o.Path), err)
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
		c.add(o, first, "two outputs on one path: %s%s", render.Quoted(o.Path), alsoAt(first))
		return true
	})
	slices.Sort(c.good)
}

// enter notes the directories of an output, and what is not in lower case.
func (c *checker) enter(o *render.Output) {
	c.enterName(o.Path)
	for dir := parent(o.Path); dir != "." && c.dirs[dir] == nil; dir = parent(dir) {
		c.dirs[dir] = o
		c.enterName(dir)
	}
}

func (c *checker) enterName(p string) {
	if key := render.FoldCase(p); key != p {
		c.folded[key] = ""
	}
}

// clash finds what an output cannot be beside: another that needs it as a directory, or
// one with the same path, or directory, in other case.
func (c *checker) clash(o *render.Output) {
	if below := c.dirs[o.Path]; below != nil {
		c.add(o, below, "%s is a file, and a directory for %s", render.Quoted(o.Path), render.Quoted(below.Path))
	}
	if len(c.folded) == 0 {
		return
	}
	c.twin(o, o.Path)
	for dir := parent(o.Path); dir != "." && c.dirs[dir] == o; dir = parent(dir) {
		c.twin(o, dir)
	}
}

func (c *checker) twin(o *render.Output, p string) {
	key := render.FoldCase(p)
	other, ok := c.folded[key]
	if ok && other == "" {
		c.folded[key] = p
	} else if ok && other != p {
		c.add(o, o, "%s and %s differ only in case", render.Quoted(other), render.Quoted(p))
	}
}

func (c *checker) add(o, other *render.Output, format string, args ...any) {
	p := &render.Problem{Cause: causeOf(o), Code: CodePath, Pos: o.Pos(), Text: fmt.Sprintf(format, args...)}
	if k := causeOf(other); k == render.CauseData {
		p.Cause = k
	}
	c.problems = append(c.problems, p)
}

func alsoAt(o *render.Output) string {
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
