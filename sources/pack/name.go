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

// forbiddenName says why Git itself refuses the name of an entry; "" means it does not.
func forbiddenName(name string) string {
	switch {
	case name == "":
		return "has an entry with an empty name"
	case name == "." || name == "..":
		return "is a name that no file can have"
	case strings.Contains(name, "/"):
		return "has a slash in its name"
	case IsDotGit(name):
		return "is a spelling of .git"
	}
	return ""
}

// nameProblem says why some system cannot hold the name of an entry, or holds another file
// under it; "" means every system can.
func nameProblem(name string) string {
	switch {
	case !utf8.ValidString(name):
		return "is not UTF-8"
	case strings.Contains(name, `\`):
		return "has a backslash in its name"
	case strings.ContainsFunc(name, unicode.IsControl):
		return "has a control character in its name"
	case len(name) > maxName:
		return fmt.Sprintf("has a name of %d bytes; %d is the limit", len(name), maxName)
	}
	return ""
}

// IsDotGit recognizes the names that stand for .git on APFS, which ignores case, on HFS+,
// which also ignores some code points, or on NTFS, which ignores spaces and dots at the end and has streams and short names.
func IsDotGit(name string) bool {
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
