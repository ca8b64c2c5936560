package remote

import (
	"bytes"
	"fmt"
	"strings"

	"confit/render/diag"

	"github.com/go-git/go-git/v5/plumbing"
	"github.com/go-git/go-git/v5/plumbing/protocol/packp/capability"
)

// The limits of an advertisement; a server that goes beyond them ends the fetch.
const (
	maxAdvert = 32 << 20
	maxRefs   = 500_000
)

// A protocolError is a server's message that confit cannot take.
type protocolError string

func (p protocolError) Error() string { return string(p) }

const (
	errGarbled protocolError = "not Git's protocol"
	errTooMany protocolError = "too many refs"
	errEmpty   protocolError = "no refs"
	errFormat  protocolError = "not SHA-1"
	errVersion protocolError = "version 2"
)

// An advert is the first message of a server.
type advert struct {
	Refs
	can *capability.List // of the server
}

// A strayTextError is text where pkt-lines are to begin.
type strayTextError string

func (s strayTextError) Error() string { return string(s) }

// advert reads the refs of a server that speaks protocol v0 or v1, over http with the
// line before them (gitprotocol-http(5)).
func (r *pktReader) advert() (*advert, error) {
	if err := r.checkStart(); err != nil {
		return nil, err
	}
	line, err := r.line()
	if err == nil && bytes.HasPrefix(line, []byte("# service=")) {
		if line, err = r.line(); err == nil && line == nil {
			line, err = r.line()
		}
	}
	switch {
	case err == nil && string(line) == "version 1":
		line, err = r.line()
	case err == nil && string(line) == "version 2":
		return nil, errVersion
	}
	a := &advert{}
	for size := 0; err == nil && line != nil; line, err = r.line() {
		if size += len(line); size > maxAdvert || len(a.All) >= maxRefs {
			return nil, errTooMany
		}
		if err := a.add(string(line)); err != nil {
			return nil, err
		}
	}
	if err == nil && len(a.All) == 0 && a.Head.Hash.IsZero() {
		err = errEmpty
	}
	return a, err
}

// checkStart refuses text in place of the first pkt-line: no length, or no payload that
// begins like a hash, ERR, version or # service.
func (r *pktReader) checkStart() error {
	const hex = "0123456789abcdefABCDEF"
	head, _ := r.buf.Peek(4)
	stray := strings.Trim(string(head), hex) != ""
	if !stray && len(head) == 4 && string(head) != "0000" {
		head, _ = r.buf.Peek(5)
		stray = len(head) == 5 && !strings.Contains(hex+"Ev#", string(head[4:]))
	}
	if !stray {
		return nil
	}
	text, _ := r.buf.Peek(r.buf.Buffered())
	return strayTextError(text)
}

func (a *advert) add(line string) error {
	line, words, _ := strings.Cut(line, "\x00")
	if a.can == nil {
		a.readCapabilities(words)
	}
	hex, name, _ := strings.Cut(line, " ")
	hash, ok := parseHash(hex)
	switch {
	case a.ObjectFormat != "sha1", len(hex) == 64 && name != "":
		return errFormat
	case hex == "shallow":
	case !ok || name == "":
		return errGarbled
	case name == "capabilities^{}":
	case name == "HEAD":
		a.Head.Hash, a.Head.Peeled = hash, hash
	case strings.HasSuffix(name, "^{}"): // the object of the tag in the line before
		if n := len(a.All); n > 0 && a.All[n-1].Name+"^{}" == name {
			a.All[n-1].Peeled = hash
		}
	default:
		a.All = append(a.All, Ref{Name: name, Hash: hash, Peeled: hash})
	}
	return nil
}

// readCapabilities reads the words of the first line. The library is stricter than servers
// are, so each word is read alone and a malformed one is left out.
func (a *advert) readCapabilities(words string) {
	a.can, a.ObjectFormat, a.Head.Name = capability.NewList(), "sha1", "HEAD"
	for word := range strings.FieldsSeq(words) {
		_ = a.can.Decode([]byte(word))
	}
	if formats := a.can.Get(capability.ObjectFormat); len(formats) > 0 {
		a.ObjectFormat = formats[0]
	}
	for _, link := range a.can.Get(capability.SymRef) {
		if branch, ok := strings.CutPrefix(link, "HEAD:"); ok && strings.HasPrefix(branch, "refs/") {
			a.Head.Name = branch
		}
	}
}

// protocolProblem is a protocolError, or another fault of the messages, for users.
func (t *endpoint) protocolProblem(err error) *diag.Problem {
	switch err {
	case errTooMany:
		return t.problem(diag.CauseLimit, "git-refs", fmt.Sprintf("the server advertises more than %d refs or %d MiB of them", maxRefs, maxAdvert>>20), "")
	case errEmpty:
		return t.problem(diag.CauseData, "git-empty", "the repository is empty: it has no branch and no tag", "")
	case errFormat:
		return t.problem(diag.CauseData, "git-format", "the repository names its objects by SHA-256; only SHA-1 can be read", "")
	case errVersion:
		return t.problem(diag.CauseRemote, "git-remote", "the server insists on version 2 of the protocol", "")
	}
	return t.problem(diag.CauseRemote, "git-remote", "what the server sends is not Git's protocol", "is this the URL that git clone takes?")
}

func parseHash(s string) (h plumbing.Hash, ok bool) {
	return plumbing.NewHash(s), plumbing.IsHash(s)
}
