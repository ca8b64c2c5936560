package verify

import (
	"bytes"
	"slices"
	"strconv"
	"strings"
	"time"
)

const (
	beginPGP = "-----BEGIN PGP SIGNATURE-----\n"
	beginSSH = "-----BEGIN SSH SIGNATURE-----\n"
)

// signedText is an object taken apart: the bytes that were signed, and the signature.
type signedText struct {
	payload, signature []byte
	when               time.Time // of the committer or tagger
	tag, target        string
}

type header struct {
	name, value string
	from, to    int // where it is in the object
}

// split follows Git's parse_signed_commit and parse_signature, for the objects in which
// all its versions find the same payload and signature, and refuses the others.
func split(kind string, object []byte) (signedText, error) {
	if bytes.IndexByte(object, 0) >= 0 {
		return signedText{}, malformed("it holds a NUL byte")
	}
	headers, message, err := parseHeaders(object)
	if err != nil {
		return signedText{}, err
	}
	switch kind {
	case "commit":
		return splitCommit(object, headers)
	case "tag":
		return splitTag(object, headers, message)
	}
	return signedText{}, refuse("", "a %q is nothing that is signed", kind)
}

// parseHeaders reads the lines up to the first empty one; message is where the text after
// it begins. A line that starts with a space goes on with the one before.
func parseHeaders(object []byte) (hs []header, message int, err error) {
	for at := 0; ; {
		n := bytes.IndexByte(object[at:], '\n')
		if n < 0 {
			return nil, 0, malformed("it has no empty line after its headers")
		}
		line, next := string(object[at:at+n]), at+n+1
		if line == "" {
			return hs, next, nil
		}
		if strings.Contains(line, "\r") {
			return nil, 0, malformed("a carriage return is in its headers")
		}
		name, value, ok := strings.Cut(line, " ")
		switch {
		case !ok:
			return nil, 0, malformed("a header has no value")
		case name != "":
			hs = append(hs, header{name, value, at, next})
		case len(hs) == 0:
			return nil, 0, malformed("its first line is the rest of another")
		default:
			last := &hs[len(hs)-1]
			last.value += "\n" + value
			last.to = next
		}
		at = next
	}
}

func splitCommit(object []byte, hs []header) (signedText, error) {
	rest, err := leading(hs, "tree", "parent", "author", "committer")
	if err != nil {
		return signedText{}, err
	}
	committer := hs[len(hs)-len(rest)-1]
	text := signedText{when: dateOf(committer.value)}
	for i, h := range rest {
		again := slices.ContainsFunc(rest[:i], func(o header) bool { return o.name == h.name })
		switch {
		case again && h.name == "gpgsig":
			return text, refuse(signAgain, "it has several signatures")
		case again && h.name != "mergetag", slices.Contains([]string{"tree", "parent", "author", "committer"}, h.name):
			return text, malformed("a header is there twice or out of place")
		case strings.HasPrefix(h.name, "gpgsig-"):
			return text, refuse(signAgain, "it has a signature for another hash algorithm than SHA-1")
		case h.name == "gpgsig":
			text.signature = []byte(h.value + "\n")
			text.payload = slices.Concat(object[:h.from], object[h.to:])
		}
	}
	if text.signature == nil {
		return text, refuse("sign it: git commit -S", "it is not signed")
	}
	return text, nil
}

func splitTag(object []byte, hs []header, message int) (signedText, error) {
	rest, err := leading(hs, "object", "type", "tag", "tagger")
	if err != nil {
		return signedText{}, err
	}
	if len(rest) > 0 {
		return signedText{}, malformed("it has a header that no tag has")
	}
	if hs[1].value != "commit" {
		return signedText{}, refuse("tag the commit itself: git tag -s NAME COMMIT", "it is the tag of a %q, not of a commit", hs[1].value)
	}
	text := signedText{when: dateOf(hs[3].value), tag: hs[2].value, target: hs[0].value}
	begin := -1
	for at := message; at < len(object); {
		if armored(object[at:]) {
			if begin >= 0 {
				return text, refuse(signAgain, "it has several signatures")
			}
			begin = at
		}
		n := bytes.IndexByte(object[at:], '\n')
		if n < 0 {
			break
		}
		at += n + 1
	}
	if begin < 0 {
		return text, refuse("sign it: git tag -s", "it is not signed")
	}
	text.payload, text.signature = object[:begin], object[begin:]
	return text, nil
}

// armored says whether Git takes a line for the beginning of a signature.
func armored(line []byte) bool {
	for _, what := range []string{"PGP SIGNATURE", "PGP MESSAGE", "SIGNED MESSAGE", "SSH SIGNATURE"} {
		if bytes.HasPrefix(line, []byte("-----BEGIN "+what+"-----")) {
			return true
		}
	}
	return false
}

// leading checks that hs begin with these headers, each once and on one line, but for parent,
// of which there may be any number. It returns the headers after them.
func leading(hs []header, names ...string) ([]header, error) {
	for _, name := range names {
		switch {
		case name == "parent":
			for len(hs) > 0 && hs[0].name == name {
				if err := wellFormed(hs[0]); err != nil {
					return nil, err
				}
				hs = hs[1:]
			}
			continue
		case len(hs) == 0 || hs[0].name != name:
			return nil, malformed("it has no %s where one belongs", name)
		}
		if err := wellFormed(hs[0]); err != nil {
			return nil, err
		}
		hs = hs[1:]
	}
	return hs, nil
}

func wellFormed(h header) error {
	ok := h.value != "" && !strings.Contains(h.value, "\n")
	switch h.name {
	case "tree", "parent", "object":
		if len(h.value) == 64 {
			return refuse("use a repository with SHA-1 object names", "it is of a repository with SHA-256 object names")
		}
		ok = len(h.value) == 40 && strings.Trim(h.value, "0123456789abcdef") == ""
	case "author", "committer", "tagger":
		ok = ok && !dateOf(h.value).IsZero()
	}
	if !ok {
		return malformed("its %s is malformed", h.name)
	}
	return nil
}

// dateOf is the time in `Name <mail> seconds zone`, or the zero time.
func dateOf(ident string) time.Time {
	_, mail, _ := strings.Cut(ident, "<")
	_, date, _ := strings.Cut(mail, "> ")
	seconds, zone, _ := strings.Cut(date, " ")
	if strings.ContainsAny(date, "<>") || strings.Count(ident, "<") != 1 || len(zone) != 5 || !strings.ContainsAny(zone[:1], "+-") {
		return time.Time{}
	}
	if _, err := strconv.ParseUint(zone[1:], 10, 16); err != nil {
		return time.Time{}
	}
	n, err := strconv.ParseUint(seconds, 10, 64)
	if err != nil || n >= 1<<40 { // 30,000 years
		return time.Time{}
	}
	return time.Unix(int64(n), 0)
}

func malformed(format string, args ...any) error {
	return refuse("make the object again with git, and sign it", format, args...)
}
