package remote

import (
	"bufio"
	"bytes"
	"io"
	"strconv"
	"strings"

	"confit/render"

	"github.com/go-git/go-git/v5/plumbing"
	"github.com/go-git/go-git/v5/plumbing/format/pktline"
	"github.com/go-git/go-git/v5/plumbing/protocol/packp/capability"
)

const pktHead = 4 // hex digits of a length

// What a server may advertise; beyond it the fetch ends.
const (
	maxAdvert = 32 << 20
	maxRefs   = 500_000
)

// A misuse is something a server sends that we cannot take.
type misuse string

func (m misuse) Error() string { return string(m) }

const (
	errGarbled misuse = "not Git's protocol"
	errTooMany misuse = "too many refs"
	errEmpty   misuse = "no refs"
	errFormat  misuse = "not SHA-1"
	errVersion misuse = "version 2"
)

// A wire is a stream of pkt-lines (gitprotocol-common(5)), with raw bytes at its end.
type wire struct {
	*watched
	buf   *bufio.Reader
	lines *pktline.Scanner
}

func newWire(r *watched) *wire {
	buf := bufio.NewReaderSize(r, 1<<16)
	return &wire{watched: r, buf: buf, lines: pktline.NewScanner(buf)}
}

// line gives the next line without its newline, and nil for a flush. It is valid until the
// next call.
func (w *wire) line() ([]byte, error) {
	payload, err := w.packet()
	return bytes.TrimSuffix(payload, []byte("\n")), err
}

// packet gives the next payload, and nil for a flush.
func (w *wire) packet() ([]byte, error) {
	if !w.lines.Scan() {
		if err := w.lines.Err(); err != nil {
			return nil, err
		}
		return nil, io.ErrUnexpectedEOF
	}
	if b := w.lines.Bytes(); len(b) > 0 {
		return b, nil
	}
	return nil, nil
}

// whole tells whether the next packet has come.
func (w *wire) whole() bool {
	if w.buf.Buffered() < pktHead {
		return false
	}
	head, _ := w.buf.Peek(pktHead)
	n, err := strconv.ParseUint(string(head), 16, 16)
	return err != nil || int(n) <= w.buf.Buffered() // what is garbled is an error at once
}

// capabilities are what a server can do; of several values the last counts.
type capabilities map[capability.Capability]string

func (c capabilities) has(name capability.Capability) bool {
	_, ok := c[name]
	return ok
}

// An advert is the first thing that a server says.
type advert struct {
	Refs
	can  capabilities
	head string // what HEAD points to
}

// advert reads the refs of a server that speaks protocol v0 or v1, over http with the
// line before them (gitprotocol-http(5)).
func (w *wire) advert() (*advert, error) {
	line, err := w.line()
	if err == nil && bytes.HasPrefix(line, []byte("# service=")) {
		if line, err = w.line(); err == nil && line == nil {
			line, err = w.line()
		}
	}
	switch {
	case err == nil && string(line) == "version 1":
		line, err = w.line()
	case err == nil && string(line) == "version 2":
		return nil, errVersion
	}
	a := &advert{}
	size := 0
	for ; err == nil && line != nil; line, err = w.line() {
		if size += len(line); size > maxAdvert || len(a.All) >= maxRefs {
			return nil, errTooMany
		}
		if err := a.add(line); err != nil {
			return nil, err
		}
	}
	if err != nil {
		return nil, err
	}
	return a, a.finish()
}

func (a *advert) add(line []byte) error {
	text, caps, hasCaps := strings.Cut(string(line), "\x00")
	if hasCaps && a.can == nil {
		a.readCapabilities(caps)
	}
	if a.ObjectFormat != "" && a.ObjectFormat != "sha1" {
		return errFormat
	}
	if strings.HasPrefix(text, "shallow ") {
		return nil
	}
	hex, name, _ := strings.Cut(text, " ")
	hash, ok := parseHash(hex)
	switch {
	case len(hex) == 64 && name != "":
		return errFormat
	case !ok || name == "":
		return errGarbled
	case name == "capabilities^{}":
	case name == "HEAD":
		a.Head = Ref{Name: name, Hash: hash, Peeled: hash}
	case strings.HasSuffix(name, "^{}"):
		a.peel(strings.TrimSuffix(name, "^{}"), hash)
	default:
		a.All = append(a.All, Ref{Name: name, Hash: hash, Peeled: hash})
	}
	return nil
}

// peel notes what the tag before it is of.
func (a *advert) peel(name string, hash plumbing.Hash) {
	if n := len(a.All); n > 0 && a.All[n-1].Name == name {
		a.All[n-1].Peeled = hash
	}
}

func (a *advert) readCapabilities(text string) {
	a.can = capabilities{}
	for word := range strings.FieldsSeq(text) {
		name, value, _ := strings.Cut(word, "=")
		if target, ok := strings.CutPrefix(value, "HEAD:"); ok && name == capability.SymRef.String() {
			a.head = target
		}
		a.can[capability.Capability(name)] = value
	}
	a.ObjectFormat = a.can[capability.ObjectFormat]
	a.CanFetchAny = a.can.has(capability.AllowReachableSHA1InWant) || a.can.has(capability.AllowTipSHA1InWant) || a.can.has("allow-any-sha1-in-want")
}

func (a *advert) finish() error {
	if len(a.All) == 0 && a.Head.Hash.IsZero() {
		return errEmpty
	}
	if a.ObjectFormat == "" {
		a.ObjectFormat = "sha1"
	}
	if !a.Head.Hash.IsZero() && strings.HasPrefix(a.head, "refs/") {
		a.Head.Name = a.head
	}
	return nil
}

// protocolProblem is a misuse as users are to see it.
func (t *target) protocolProblem(err error) *render.Problem {
	switch err {
	case errTooMany:
		return t.problem(render.CauseLimit, "git-refs", "the server advertises more than %d refs or %d MiB of them", maxRefs, maxAdvert>>20)
	case errEmpty:
		return t.problem(render.CauseData, "git-empty", "the repository is empty: it has no branch and no tag")
	case errFormat:
		return t.problem(render.CauseData, "git-format", "the repository names its objects by SHA-256; only SHA-1 can be read")
	case errVersion:
		return t.problem(render.CauseRemote, "git-remote", "the server insists on version 2 of the protocol")
	}
	p := t.problem(render.CauseRemote, "git-remote", "what the server sends is not Git's protocol")
	p.Hint = "is this the URL that git clone takes?"
	return p
}
