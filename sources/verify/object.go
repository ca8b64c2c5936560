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

// A signedObject is a parsed commit or tag: the signed bytes, and the signature.
type signedObject struct {
	payload, signature []byte
	date               time.Time // of the committer or tagger
	tag, target        string
}

type header struct {
	name, value string
	start, end  int // offsets in the object
}

// parseObject finds the payload and the signature like parse_signed_commit and parse_signature
// of Git. It refuses an object in which two versions of Git find different ones.
func parseObject(kind string, object []byte) (signedObject, error) {
	if bytes.IndexByte(object, 0) >= 0 {
		return signedObject{}, malformedObject("it holds a NUL byte")
	}
	headers, message, err := parseHeaders(object)
	if err != nil {
		return signedObject{}, err
	}
	switch kind {
	case "commit":
		return parseCommit(object, headers)
	case "tag":
		return parseTag(object, headers, message)
	}
	return signedObject{}, refuse("", "a %q is nothing that is signed", kind)
}

// parseHeaders reads the lines before the first empty one. A line that starts with a space
// continues the header before it. message is the offset of the text after the headers.
func parseHeaders(object []byte) (hs []header, message int, err error) {
	for at := 0; ; {
		n := bytes.IndexByte(object[at:], '\n')
		if n < 0 {
			return nil, 0, malformedObject("it has no empty line after its headers")
		}
		line, next := string(object[at:at+n]), at+n+1
		if line == "" {
			return hs, next, nil
		}
		if strings.Contains(line, "\r") {
			return nil, 0, malformedObject("a carriage return is in its headers")
		}
		name, value, ok := strings.Cut(line, " ")
		switch {
		case !ok:
			return nil, 0, malformedObject("a header has no value")
		case name != "":
			hs = append(hs, header{name, value, at, next})
		case len(hs) == 0:
			return nil, 0, malformedObject("its first line is the rest of another")
		default:
			last := &hs[len(hs)-1]
			last.value += "\n" + value
			last.end = next
		}
		at = next
	}
}

func parseCommit(object []byte, hs []header) (signedObject, error) {
	rest, err := cutHeaders(hs, "tree", "parent", "author", "committer")
	if err != nil {
		return signedObject{}, err
	}
	committer := hs[len(hs)-len(rest)-1]
	text := signedObject{date: identDate(committer.value)}
	for i, h := range rest {
		repeated := slices.ContainsFunc(rest[:i], func(o header) bool { return o.name == h.name })
		switch {
		case repeated && h.name == "gpgsig":
			return text, refuse(signAgainHint, "it has several signatures")
		case repeated && h.name != "mergetag", slices.Contains([]string{"tree", "parent", "author", "committer"}, h.name):
			return text, malformedObject("a header is there twice or out of place")
		case strings.HasPrefix(h.name, "gpgsig-"):
			return text, refuse(signAgainHint, "it has a signature for another hash algorithm than SHA-1")
		case h.name == "gpgsig":
			text.signature = []byte(h.value + "\n")
			text.payload = slices.Concat(object[:h.start], object[h.end:])
		}
	}
	if text.signature == nil {
		return text, refuse("sign it: git commit -S", "it is not signed")
	}
	return text, nil
}

func parseTag(object []byte, hs []header, message int) (signedObject, error) {
	rest, err := cutHeaders(hs, "object", "type", "tag", "tagger")
	if err != nil {
		return signedObject{}, err
	}
	if len(rest) > 0 {
		return signedObject{}, malformedObject("it has a header that no tag has")
	}
	if kind := hs[1].value; kind != "commit" && kind != "tag" {
		return signedObject{}, refuse("tag the commit itself: git tag -s NAME COMMIT", "it is the tag of a %q, not of a commit", kind)
	}
	text := signedObject{date: identDate(hs[3].value), tag: hs[2].value, target: hs[0].value}
	begin := -1
	for at := message; at < len(object); {
		if beginsSignature(object[at:]) {
			if begin >= 0 {
				return text, refuse(signAgainHint, "it has several signatures")
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

// beginsSignature says whether a signature begins with this line for Git.
func beginsSignature(line []byte) bool {
	for _, what := range []string{"PGP SIGNATURE", "PGP MESSAGE", "SIGNED MESSAGE", "SSH SIGNATURE"} {
		if bytes.HasPrefix(line, []byte("-----BEGIN "+what+"-----")) {
			return true
		}
	}
	return false
}

// cutHeaders cuts the named headers off hs, which must begin with them in this order. Each is
// there once and on one line; only "parent" may be missing or repeated.
func cutHeaders(hs []header, names ...string) ([]header, error) {
	for _, name := range names {
		switch {
		case name == "parent":
			for len(hs) > 0 && hs[0].name == name {
				if err := checkHeader(hs[0]); err != nil {
					return nil, err
				}
				hs = hs[1:]
			}
			continue
		case len(hs) == 0 || hs[0].name != name:
			return nil, malformedObject("it has no %s where one belongs", name)
		}
		if err := checkHeader(hs[0]); err != nil {
			return nil, err
		}
		hs = hs[1:]
	}
	return hs, nil
}

func checkHeader(h header) error {
	ok := h.value != "" && !strings.Contains(h.value, "\n")
	switch h.name {
	case "tree", "parent", "object":
		if len(h.value) == 64 {
			return refuse("use a repository with SHA-1 object names", "it is of a repository with SHA-256 object names")
		}
		ok = len(h.value) == 40 && strings.Trim(h.value, "0123456789abcdef") == ""
	case "author", "committer", "tagger":
		ok = ok && !identDate(h.value).IsZero()
	}
	if !ok {
		return malformedObject("its %s is malformed", h.name)
	}
	return nil
}

// identDate returns the time in `Name <mail> seconds zone`, or the zero time.
func identDate(ident string) time.Time {
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

func malformedObject(format string, args ...any) error {
	return refuse("make the object again with git, and sign it", format, args...)
}
