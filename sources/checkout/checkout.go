package checkout

import (
	"path"
	"slices"
	"strings"
	"unicode/utf8"

	"confit/render/diag"
	"confit/sources"
	"confit/sources/manifest"
)

// Bounds of what is read of a checkout.
const (
	maxEntries = 20_000   // of directories
	maxFile    = 1 << 20  // bytes of a file; a ConfigMap holds no more
	maxTotal   = 64 << 20 // bytes of all files
)

// Files are the text files of a checkout.
type Files struct {
	files   []file
	found   map[*manifest.Key]*Origin
	ignores *ignores
}

// A file has its lines without their ends.
type file struct {
	name  string // below the top
	lines []string
}

// Read reads the text files of the checkout in a directory, but for those that Git ignores or
// that are left out.
func Read(tree sources.FS, dir string, leaveOut func(name string) bool) *Files {
	f := &Files{found: map[*manifest.Key]*Origin{}, ignores: readIgnores(tree, dir)}
	entries, total := 0, 0
	var walk func(at string)
	walk = func(at string) {
		list, err := tree.ReadDir(at)
		if err != nil {
			return
		}
		for _, e := range list {
			name := path.Join(at, e.Name())
			entries++
			switch {
			case entries > maxEntries || total > maxTotal:
				return
			case f.ignores.names(name, e.IsDir()):
			case e.IsDir() && e.Name() != ".git" && e.Name() != "node_modules":
				walk(name)
			case !e.Type().IsRegular() || leaveOut(name):
			default:
				file, err := tree.ReadRegular(name, maxFile)
				total += len(file.Data)
				if err == nil && utf8.Valid(file.Data) && !slices.Contains(file.Data, 0) {
					f.add(name, string(file.Data))
				}
			}
		}
	}
	walk(dir)
	return f
}

func (f *Files) add(name, text string) {
	f.files = append(f.files, file{name, strings.Split(strings.ReplaceAll(text, "\r\n", "\n"), "\n")})
}

// Keeps tells whether a file is one that Git keeps: it is in the checkout, and not ignored.
func (f *Files) Keeps(name string) bool {
	return f != nil && isBelow(name, f.ignores.top) && !f.ignores.has(name)
}

// An Origin is a text in a file of the checkout that a key was made from.
type Origin struct {
	file   *file
	first  int // line of the file, from 0, that is the first line of the key
	indent int // characters before the lines
}

// Of finds what a key was made from; nil where nothing or several things could be.
func (f *Files) Of(k *manifest.Key) *Origin {
	o, known := f.found[k]
	if !known {
		o = f.find(k)
		f.found[k] = o
	}
	return o
}

// Place finds the place of a line and a column of a key: in the text that the key was made
// from, or at the only line of a template that is that line. There is none in no files.
func (f *Files) Place(k *manifest.Key, line, col int) (at diag.Pos, found bool) {
	if f == nil {
		return at, false
	}
	if o := f.Of(k); o != nil {
		return o.At(line, col), true
	}
	lines := strings.Split(string(k.Bytes), "\n")
	if line < 1 || line > len(lines) {
		return at, false
	}
	text := lines[line-1]
	if at, found = f.Line(k.Data.Source, text); !found {
		return at, false
	}
	if col == 0 {
		at.Col = 0
	} else {
		at.Col += col - 1 - (len(text) - len(strings.TrimLeft(text, " ")))
	}
	return at, true
}

// At is the place of a line and a column of the key.
func (o *Origin) At(line, col int) diag.Pos {
	at := diag.Pos{File: o.file.name, Line: o.first + max(line, 1)}
	if col > 0 {
		at.Col = o.indent + col
	}
	return at
}

// find tries the ways in which a file makes a key, the most telling one first.
func (f *Files) find(k *manifest.Key) *Origin {
	lines := strings.Split(strings.ReplaceAll(string(k.Bytes), "\r\n", "\n"), "\n")
	ways := []func(*file) []*Origin{
		func(x *file) []*Origin { return x.whole(lines) },
		func(x *file) []*Origin { return x.blocks(lines, k.Name) },
		func(x *file) []*Origin { return x.literals(k) },
	}
	for _, way := range ways {
		var all []*Origin
		for i := range f.files {
			all = append(all, way(&f.files[i])...)
		}
		if o := choose(all, k); o != nil {
			return o
		}
	}
	return nil
}

// choose takes the only origin, or the only one whose file is named after the key or the
// object.
func choose(all []*Origin, k *manifest.Key) *Origin {
	if len(all) == 1 {
		return all[0]
	}
	for _, named := range []func(name string) bool{
		func(name string) bool { return path.Base(name) == k.Name },
		func(name string) bool { return strings.Contains(name, k.Data.Name) },
	} {
		var kept []*Origin
		for _, o := range all {
			if named(o.file.name) {
				kept = append(kept, o)
			}
		}
		if len(kept) == 1 {
			return kept[0]
		}
	}
	return nil
}

// whole matches a file whose text is that of the key, but for blanks at the ends.
func (x *file) whole(lines []string) []*Origin {
	own, ownSkipped := trimmed(x.lines)
	key, keySkipped := trimmed(lines)
	if len(own) == 0 || !slices.EqualFunc(own, key, func(a, b string) bool { return strings.TrimRight(a, " \t") == strings.TrimRight(b, " \t") }) {
		return nil
	}
	return []*Origin{{x, ownSkipped - keySkipped, 0}}
}

// trimmed leaves out blank lines at the ends, and counts those at the start.
func trimmed(lines []string) (rest []string, skipped int) {
	isBlank := func(s string) bool { return strings.TrimSpace(s) == "" }
	for len(lines) > 0 && isBlank(lines[0]) {
		lines, skipped = lines[1:], skipped+1
	}
	for len(lines) > 0 && isBlank(lines[len(lines)-1]) {
		lines = lines[:len(lines)-1]
	}
	return lines, skipped
}

// blocks matches a block of lines that are those of the key, indented alike, as in a manifest
// with "KEY: |" above them.
func (x *file) blocks(lines []string, name string) []*Origin {
	key, skipped := trimmed(lines)
	if len(key) == 0 {
		return nil
	}
	var all []*Origin
	for i := 1; i+len(key) <= len(x.lines); i++ {
		head := strings.TrimSpace(x.lines[i-1])
		if !strings.Contains(head, name) && skipped == 0 {
			continue
		}
		if indent, ok := indentOf(x.lines[i], key[0]); ok && indent > 0 && x.hasBlock(i, indent, key) {
			all = append(all, &Origin{x, i - skipped, indent})
		}
	}
	return all
}

func (x *file) hasBlock(first, indent int, key []string) bool {
	for i, line := range key {
		own := x.lines[first+i]
		if strings.TrimSpace(own) == "" && strings.TrimSpace(line) == "" {
			continue
		}
		if got, ok := indentOf(own, line); !ok || got != indent {
			return false
		}
	}
	return true
}

// indentOf is the number of blanks before a line of the key.
func indentOf(own, line string) (indent int, ok bool) {
	own, line = strings.TrimRight(own, " \t"), strings.TrimRight(line, " \t")
	before, ok := strings.CutSuffix(own, line)
	return len(before), ok && strings.Trim(before, " ") == ""
}

// literals matches a key of one line that a file sets as KEY=VALUE or KEY: VALUE.
func (x *file) literals(k *manifest.Key) []*Origin {
	value := strings.TrimSuffix(string(k.Bytes), "\n")
	if value == "" || strings.Contains(value, "\n") {
		return nil
	}
	var all []*Origin
	for i, line := range x.lines {
		for _, sep := range []string{"=", ": ", `: "`, ": '"} {
			head := strings.TrimLeft(line, " -\"'")
			rest, ok := strings.CutPrefix(head, k.Name+sep)
			if ok && strings.TrimRight(rest, " \"'") == value {
				all = append(all, &Origin{x, i, len(line) - len(rest)})
				break
			}
		}
	}
	return all
}

// Line finds the only line of a file that is a given line of a key, for a template of Helm of
// which most lines are printed as they are. The name of the file begins with that of its chart.
func (f *Files) Line(source, line string) (diag.Pos, bool) {
	_, below, _ := strings.Cut(source, "/")
	line = strings.TrimSpace(line)
	var found []diag.Pos
	for i := range f.files {
		x := &f.files[i]
		if below == "" || line == "" || x.name != below && !strings.HasSuffix(x.name, "/"+below) {
			continue
		}
		for j, own := range x.lines {
			if strings.TrimSpace(own) == line {
				found = append(found, diag.Pos{File: x.name, Line: j + 1, Col: len(own) - len(strings.TrimLeft(own, " ")) + 1})
			}
		}
	}
	if len(found) != 1 {
		return diag.Pos{}, false
	}
	return found[0], true
}
