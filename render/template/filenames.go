package template

import (
	"regexp"
	"strconv"
	"strings"

	"confit/render/content"
	"confit/render/glob"
)

// filesRead are the ways in which the text of a template names a file of .Files, and
// filesUsed all ways to come by .Files.
var (
	filesRead = regexp.MustCompile("\\.Files\\.(?:Get|GetBytes|Lines|Glob)\\s+(\"(?:[^\"\\\\]|\\\\.)*\"|`[^`]*`)")
	filesUsed = regexp.MustCompile("\\.Files\\b|[\"`]Files[\"`]")
)

// FilesNamed lists the names of files that the texts of templates ask .Files for. All is set
// where a text comes by .Files in another way.
func FilesNamed(texts ...string) (names []string, all bool) {
	for _, text := range texts {
		read := filesRead.FindAllStringSubmatch(text, -1)
		for _, m := range read {
			name, err := strconv.Unquote(m[1])
			names, all = append(names, name), all || err != nil
		}
		all = all || len(read) < len(filesUsed.FindAllStringIndex(text, -1))
	}
	return names, all
}

// IsNamed tells whether a template means a file by a name or a glob, like site:*.html.
func IsNamed(f *content.File, name string) bool {
	if tree, rest, ok := strings.Cut(name, ":"); ok {
		return f.Tree == tree && (f.Path == rest || glob.Match(rest, f.Path))
	}
	return f.Path == name || glob.Match(name, f.Path)
}
