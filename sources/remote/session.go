package remote

import (
	"bytes"
	"context"
	"errors"
	"io"
	"strconv"
	"strings"
	"unicode/utf8"

	"confit/render"

	"github.com/go-git/go-git/v5/plumbing/format/pktline"
	"github.com/go-git/go-git/v5/plumbing/protocol/packp/capability"
)

// maxAnswer is how much a server may say between the request and the pack: a line for each
// commit where a shallow history ends.
const maxAnswer = 16 << 20

// A link is a way to git-upload-pack.
type link interface {
	// list starts it and gives what it says.
	list(ctx context.Context) (io.Reader, error)
	// ask sends a request and gives the answer, from the reader of list or a new one.
	ask(ctx context.Context, request []byte) (io.Reader, error)
	close()
}

// A session is one try.
type session struct {
	to       *target
	link     link
	watch    *watch
	progress func(string)
	can      capabilities
}

func (s *session) run(ctx context.Context, pick func(Refs) (Want, error), read func(context.Context, io.Reader) error) error {
	listing, err := s.wait(func() (io.Reader, error) { return s.link.list(ctx) })
	if err != nil {
		return err
	}
	w := newWire(s.watch.reader(listing))
	adv, err := w.advert()
	if err != nil {
		return s.fault(w, err)
	}
	s.can = adv.can
	want, err := pick(adv.Refs)
	if err != nil || len(want.Hashes) == 0 {
		return err
	}
	answer, err := s.wait(func() (io.Reader, error) { return s.link.ask(ctx, s.request(want)) })
	if err != nil {
		return err
	}
	if answer != listing {
		w = newWire(s.watch.reader(answer))
	}
	if err := s.preface(w); err != nil {
		return s.refused(adv.Refs, want, s.fault(w, err))
	}
	return s.receive(ctx, w, read)
}

// wait lets f take no longer than the watch allows.
func (s *session) wait(f func() (io.Reader, error)) (io.Reader, error) {
	s.watch.timer.Reset(s.watch.after)
	defer s.watch.timer.Stop()
	return f()
}

// request says what we want, that we have nothing, and that this is all.
func (s *session) request(want Want) []byte {
	var b bytes.Buffer
	e := pktline.NewEncoder(&b) // writes to memory cannot fail
	words := s.words(want)
	for _, hash := range want.Hashes {
		_ = e.Encodef("want %s%s\n", hash, words)
		words = ""
	}
	if want.Depth > 0 && s.can.has(capability.Shallow) {
		_ = e.Encodef("deepen %s\n", strconv.Itoa(want.Depth))
	}
	_ = e.Flush()
	_ = e.EncodeString("done\n")
	return b.Bytes()
}

// words are the capabilities we ask for. multi_ack changes nothing for a client that has
// nothing, but Azure DevOps insists on it. thin-pack would bring deltas against objects that
// we do not have.
func (s *session) words(want Want) string {
	var words []string
	first := func(names ...capability.Capability) {
		for _, name := range names {
			if s.can.has(name) {
				words = append(words, name.String())
				return
			}
		}
	}
	first(capability.MultiACKDetailed, capability.MultiACK)
	first(capability.Sideband64k, capability.Sideband)
	first(capability.OFSDelta)
	if want.Depth > 0 {
		first(capability.Shallow)
	}
	if s.progress == nil {
		first(capability.NoProgress)
	}
	if s.can.has(capability.Agent) {
		words = append(words, "agent=confit")
	}
	if len(words) == 0 {
		return ""
	}
	return " " + strings.Join(words, " ")
}

// preface reads up to the pack: the ends of a shallow history, then NAK, as we have
// nothing that could be acknowledged.
func (s *session) preface(w *wire) error {
	for size := 0; size < maxAnswer; {
		line, err := w.line()
		if err != nil {
			return err
		}
		size += len(line) + 4
		word, _, _ := strings.Cut(string(line), " ")
		switch word {
		case "NAK":
			return nil
		case "", "shallow", "unshallow", "ACK":
		default:
			return errGarbled
		}
	}
	return errGarbled
}

// receive lets read have the pack. What went wrong with the stream explains more than what
// read makes of its end; what read finds wrong by itself, like a full disk, has nothing to do
// with the stream.
func (s *session) receive(ctx context.Context, w *wire, read func(context.Context, io.Reader) error) error {
	p := &pack{session: s, wire: w, banded: s.can.has(capability.Sideband64k) || s.can.has(capability.Sideband)}
	err := read(ctx, p)
	if err == nil {
		return nil
	}
	var problem *render.Problem
	isProblem := errors.As(err, &problem)
	if isProblem && problem.Cause != render.CauseRemote {
		return err
	}
	if broke := p.ended(); broke != nil {
		return broke
	}
	if isProblem {
		return hiccup{reason: problem.Text}
	}
	return err
}

// fault says what err, met while reading w, means for users and for the next try.
func (s *session) fault(w *wire, err error) error {
	var (
		said    *pktline.ErrorLine
		problem *render.Problem
		passing hiccup
		wrong   misuse
	)
	switch {
	case errors.As(err, &said):
		return s.said(said.Text)
	case errors.As(err, &passing):
		return passing
	case errors.As(err, &wrong), err == pktline.ErrInvalidPktLen && w.buf.Buffered() > 0:
		return s.to.protocolProblem(err)
	case errors.As(w.err, &problem):
		return problem
	case errors.As(w.err, &passing):
		return passing
	case w.err != nil:
		return broken(w.err)
	}
	return s.to.protocolProblem(err)
}

// said is the problem of a server that says no.
func (s *session) said(text string) error {
	p := s.to.problem(render.CauseRemote, "git-remote", "the server says %s", s.to.heard(text))
	p.Hint = "is the path right, and may this account read it?"
	if notOffered(text) {
		p.Err = ErrNotOffered
	}
	return p
}

// notOffered knows the words of git, JGit and Gerrit.
func notOffered(text string) bool {
	return strings.Contains(text, "not our ref") || strings.Contains(text, "not valid") || strings.Contains(text, "unadvertised")
}

// refused looks closer at err, the answer to want: a server that withholds what it had
// just advertised was pushed to in between, and is asked anew.
func (s *session) refused(refs Refs, want Want, err error) error {
	if !errors.Is(err, ErrNotOffered) {
		return err
	}
	for _, hash := range want.Hashes {
		if !refs.has(hash) {
			p := s.to.problem(render.CauseRemote, "git-remote", "the server does not hand out commit %s", hash)
			p.Hint, p.Err = "does the commit exist, and does a branch or tag of the server lead to it?", ErrNotOffered
			return p
		}
	}
	return hiccup{reason: "the refs changed while they were fetched"}
}

// heard is what a server said, for an error. A server that was sent a password could repeat
// it, so its words stay out.
func (t *target) heard(text string) string {
	if t.secretive() {
		return "no (its words are held back: it was sent credentials)"
	}
	return render.Quoted(cut(strings.TrimSpace(text), 300))
}

func cut(s string, n int) string {
	s = strings.ToValidUTF8(s, "?")
	if len(s) <= n {
		return s
	}
	for !utf8.RuneStart(s[n]) {
		n--
	}
	return s[:n] + "…"
}
