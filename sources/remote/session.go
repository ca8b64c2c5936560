package remote

import (
	"bytes"
	"context"
	"errors"
	"io"
	"slices"
	"strings"
	"unicode/utf8"

	"confit/render/diag"

	"github.com/go-git/go-git/v5/plumbing/format/pktline"
	"github.com/go-git/go-git/v5/plumbing/protocol/packp/capability"
)

// maxPreface is how much a server may say between the request and the pack: a line for
// each commit at the end of a shallow history.
const maxPreface = 16 << 20

// A transport runs git-upload-pack on the server.
type transport interface {
	// open connects, and gives the server's advertisement.
	open(ctx context.Context) (io.Reader, error)
	// ask sends a request and gives the answer, from the reader of open or a new one.
	ask(ctx context.Context, request []byte) (io.Reader, error)
	// close ends the try.
	close()
}

// A session is one try.
type session struct {
	to        *endpoint
	transport transport
	timer     *stallTimer
	progress  func(string)
	can       *capability.List
}

func (s *session) run(ctx context.Context, pick func(Refs) (Want, error), read func(context.Context, io.Reader) error) error {
	listing, err := s.timer.wait(func() (io.Reader, error) { return s.transport.open(ctx) })
	if err != nil {
		return err
	}
	r := newPktReader(listing, s.timer)
	adv, err := r.advert()
	if err != nil {
		return s.explain(r, err)
	}
	s.can = adv.can
	want, err := pick(adv.Refs)
	if err != nil || len(want.Hashes) == 0 {
		return err
	}
	answer, err := s.timer.wait(func() (io.Reader, error) { return s.transport.ask(ctx, s.request(want)) })
	if err != nil {
		return err
	}
	if answer != listing {
		r = newPktReader(answer, s.timer)
	}
	if err := r.preface(); err != nil {
		return s.refused(adv.Refs, want, s.explain(r, err))
	}
	return s.receive(ctx, r, read)
}

// request says what we want, that we have nothing, and that this is all.
func (s *session) request(want Want) []byte {
	var b bytes.Buffer
	e := pktline.NewEncoder(&b) // writes to memory cannot fail
	words := s.capabilities(want)
	for _, hash := range want.Hashes {
		_ = e.EncodeString(strings.Join(append([]string{"want " + hash.String()}, words...), " ") + "\n")
		words = nil
	}
	if want.Depth > 0 && s.can.Supports(capability.Shallow) {
		_ = e.Encodef("deepen %d\n", want.Depth)
	}
	_ = e.Flush()
	_ = e.EncodeString("done\n")
	return b.Bytes()
}

// capabilities are those of the server's that we ask for. multi_ack and thin-pack change
// nothing for a client that has nothing, but some servers insist on them: Azure DevOps on
// the one, dulwich on the other.
func (s *session) capabilities(want Want) []string {
	var words []string
	first := func(names ...capability.Capability) {
		if i := slices.IndexFunc(names, s.can.Supports); i >= 0 {
			words = append(words, names[i].String())
		}
	}
	first(capability.MultiACKDetailed, capability.MultiACK)
	first(capability.Sideband64k, capability.Sideband)
	first(capability.ThinPack)
	first(capability.OFSDelta)
	if want.Depth > 0 {
		first(capability.Shallow)
	}
	if s.progress == nil {
		first(capability.NoProgress)
	}
	if s.can.Supports(capability.Agent) {
		words = append(words, "agent=confit")
	}
	return words
}

// preface reads up to the pack: the ends of a shallow history, then NAK, as we have
// nothing that could be acknowledged.
func (r *pktReader) preface() error {
	for size := 0; size < maxPreface; {
		line, err := r.line()
		if err != nil {
			return err
		}
		size += len(line) + 4
		switch word, _, _ := strings.Cut(string(line), " "); word {
		case "NAK":
			return nil
		case "", "shallow", "unshallow", "ACK":
		default:
			return errGarbled
		}
	}
	return errGarbled
}

// receive lets read have the pack. A fault of the stream explains more than the fault that
// read makes of its end; a fault of read alone, like a full disk, is told as it is.
func (s *session) receive(ctx context.Context, r *pktReader, read func(context.Context, io.Reader) error) error {
	p := &packReader{session: s, pkts: r, banded: s.can.Supports(capability.Sideband64k) || s.can.Supports(capability.Sideband)}
	err := read(ctx, p)
	var problem *diag.Problem
	if err == nil || errors.As(err, &problem) && problem.Cause != diag.CauseRemote {
		return err
	}
	if fault := p.fault(); fault != nil {
		return fault
	}
	if problem != nil {
		return transientError{reason: problem.Text}
	}
	return err
}

// explain gives err, met while reading r, its meaning for users and for the next try.
func (s *session) explain(r *pktReader, err error) error {
	var (
		said    *pktline.ErrorLine
		garbled protocolError
		stray   strayTextError
		passing transientError
	)
	switch {
	case errors.As(err, &stray) && s.to.scheme == "ssh":
		return s.to.problem(diag.CauseRemote, "git-remote", "what the server sends is not Git's protocol; it says "+s.to.quote(string(stray)),
			"a login shell or its start files wrote that: the account is to be one for Git, and what its shell starts is to write nothing")
	case errors.As(err, &said):
		return s.to.refusal(said.Text)
	case errors.As(err, &passing):
		return passing
	case errors.As(err, &garbled), stray != "", r.err == nil, err == pktline.ErrInvalidPktLen && r.buf.Buffered() > 0:
		return s.to.protocolProblem(err)
	}
	return networkFault(r.err)
}

// refusal is the problem of a server that says no.
func (t *endpoint) refusal(text string) error {
	p := t.problem(diag.CauseRemote, "git-remote", "the server says "+t.quote(text), "is the path right, and may this account read it?")
	if notOffered(text) {
		p.Err = ErrNotOffered
	}
	return p
}

// notOffered knows the words of git, JGit and Gerrit.
func notOffered(text string) bool {
	return strings.Contains(text, "not our ref") || strings.Contains(text, "not valid") || strings.Contains(text, "unadvertised")
}

// refused looks closer at err, the answer to want: a server that withholds a commit that it
// advertised was pushed to in between, and is asked anew.
func (s *session) refused(refs Refs, want Want, err error) error {
	if !errors.Is(err, ErrNotOffered) {
		return err
	}
	for _, hash := range want.Hashes {
		if !refs.has(hash) {
			p := s.to.problem(diag.CauseRemote, "git-remote", "the server does not hand out commit "+hash.String(),
				"does the commit exist, and does a branch or tag of the server lead to it?")
			p.Err = ErrNotOffered
			return p
		}
	}
	return transientError{reason: "the refs changed while they were fetched"}
}

// quote is a server's text, for an error. A server that was sent a password could repeat
// the password, so its text stays out.
func (t *endpoint) quote(text string) string {
	if t.sendsSecret() {
		return "no (its words are held back: it was sent credentials)"
	}
	return diag.Quoted(shorten(strings.TrimSpace(text), 300))
}

func shorten(s string, n int) string {
	s = strings.ToValidUTF8(s, "?")
	if len(s) <= n {
		return s
	}
	for !utf8.RuneStart(s[n]) {
		n--
	}
	return s[:n] + "…"
}
