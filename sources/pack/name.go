package pack

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"
)

const (
	maxName = 255  // bytes of a name, NAME_MAX
	maxPath = 4096 // bytes of a path, PATH_MAX
)

// nameProblem says why the name of an entry is refused; "" means it is fine. It refuses names
// that are another name on some file system.
func nameProblem(name string) string {
	switch {
	case name == "":
		return "has an entry with an empty name"
	case name == "." || name == "..":
		return "is a name that no file can have"
	case !utf8.ValidString(name):
		return "is not UTF-8"
	case strings.ContainsAny(name, `/\`):
		return "has a slash or backslash in its name"
	case strings.ContainsFunc(name, unicode.IsControl):
		return "has a control character in its name"
	case len(name) > maxName:
		return fmt.Sprintf("has a name of %d bytes; %d is the limit", len(name), maxName)
	case isDotGit(name):
		return "is a spelling of .git"
	}
	return ""
}

// isDotGit recognizes the names that stand for .git on HFS+, which ignores some code points,
// or on NTFS, which ignores spaces and dots at the end and has streams and short names.
func isDotGit(name string) bool {
	name = strings.Map(func(r rune) rune {
		if hfsIgnores(r) {
			return -1
		}
		return r
	}, name)
	name, _, _ = strings.Cut(name, ":")
	name = strings.ToLower(strings.TrimRight(name, " ."))
	return name == ".git" || name == "git~1"
}

// hfsIgnores says whether HFS+ skips a code point when it compares names.
func hfsIgnores(r rune) bool {
	return r >= 0x200c && r <= 0x200f || r >= 0x202a && r <= 0x202e || r >= 0x206a && r <= 0x206f || r == 0xfeff
}
