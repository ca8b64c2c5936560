package pack

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"
)

const (
	maxName = 255  // bytes of one name, NAME_MAX
	maxPath = 4096 // bytes of a whole path, PATH_MAX
)

// badName tells what is wrong with the name of a tree's entry; "" when nothing is. It
// refuses what some file system would take for another name.
func badName(name string) string {
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

// isDotGit tells the names that HFS+ (which ignores some code points) or NTFS (which
// ignores spaces and dots at the end, and has streams and short names) take for .git.
func isDotGit(name string) bool {
	name = strings.Map(func(r rune) rune {
		if ignored(r) {
			return -1
		}
		return r
	}, name)
	name, _, _ = strings.Cut(name, ":")
	name = strings.ToLower(strings.TrimRight(name, " ."))
	return name == ".git" || name == "git~1"
}

// ignored are the code points that HFS+ leaves out when it compares names.
func ignored(r rune) bool {
	return r >= 0x200c && r <= 0x200f || r >= 0x202a && r <= 0x202e || r >= 0x206a && r <= 0x206f || r == 0xfeff
}
