package checkout

import (
	"path"
	"slices"
	"strings"

	"confit/render/glob"
	"confit/sources"
)

// Bounds of what is read of the .gitignore files.
const (
	maxIgnoreFile  = 64 << 10 // bytes of one file
	maxIgnoreRules = 500      // in one file
)

// ignores are the rules of the .gitignore files of a checkout.
type ignores struct {
	tree  sources.FS
	top   string
	rules map[string][]ignoreRule // by directory
}

// An ignoreRule is a line of a .gitignore. The last rule that matches a path decides.
type ignoreRule struct {
	pattern         string // of a path below the directory of the file
	negated, isDirs bool   // it takes a path back; it matches directories only
}

func readIgnores(tree sources.FS, top string) *ignores {
	return &ignores{tree, top, map[string][]ignoreRule{}}
}

// has tells whether Git ignores a path, or a directory that it is in.
func (g *ignores) has(name string) bool {
	for dir := path.Dir(name); isBelow(dir, g.top); dir = path.Dir(dir) {
		if g.names(dir, true) {
			return true
		}
	}
	return g.names(name, false)
}

// names tells whether a rule of a .gitignore matches a path itself. The file that is nearest to
// the path comes first.
func (g *ignores) names(name string, isDir bool) bool {
	for dir := path.Dir(name); ; dir = path.Dir(dir) {
		for _, r := range slices.Backward(g.of(dir)) {
			if (isDir || !r.isDirs) && glob.Match(r.pattern, below(name, dir)) {
				return !r.negated
			}
		}
		if !isBelow(dir, g.top) {
			return false
		}
	}
}

// of reads the .gitignore of a directory.
func (g *ignores) of(dir string) []ignoreRule {
	rules, known := g.rules[dir]
	if known {
		return rules
	}
	file, err := g.tree.ReadRegular(path.Join(dir, ".gitignore"), maxIgnoreFile)
	if err == nil {
		for line := range strings.Lines(string(file.Data)) {
			if r, ok := parseIgnore(line); ok && len(rules) < maxIgnoreRules {
				rules = append(rules, r)
			}
		}
	}
	g.rules[dir] = rules
	return rules
}

// parseIgnore reads a line as gitignore(5) says. A pattern with a slash is one of the path from
// the directory of the file; another one is that of a name anywhere below.
func parseIgnore(line string) (r ignoreRule, ok bool) {
	line = strings.TrimRight(line, "\r\n")
	if !strings.HasSuffix(line, `\ `) {
		line = strings.TrimRight(line, " ")
	}
	if line == "" || line[0] == '#' {
		return r, false
	}
	line, r.negated = strings.CutPrefix(line, "!")
	line, r.isDirs = strings.CutSuffix(line, "/")
	switch {
	case line == "":
		return r, false
	case strings.HasSuffix(line, "/**"):
		line += "/*" // what is in the directory, and not the directory
	case !strings.Contains(line, "/"):
		line = "**/" + line
	}
	r.pattern = strings.ReplaceAll(strings.TrimPrefix(line, "/"), "[!", "[^")
	return r, true
}

func isBelow(name, dir string) bool {
	return dir == "." && name != "." && name != "/" || strings.HasPrefix(name, dir+"/")
}

func below(name, dir string) string {
	if dir == "." {
		return name
	}
	return strings.TrimPrefix(name, dir+"/")
}
