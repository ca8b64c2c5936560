package remote

import (
	"io"
	"strings"
	"sync"

	"github.com/go-git/go-git/v5/plumbing/protocol/packp/sideband"
)

// A pack is the pack as it arrives, out of its side band if it comes in one
// (gitprotocol-pack(5)).
type pack struct {
	session *session
	wire    *wire
	banded  bool
	pending []byte
	counter counter

	mu  sync.Mutex // a reader may be left in Read when its caller is done
	err error      // what ended it
}

// ended is what ended the pack, if it was not its end.
func (p *pack) ended() error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.err == io.EOF {
		return nil
	}
	return p.err
}

func (p *pack) Read(b []byte) (int, error) {
	if p.err != nil {
		return 0, p.err
	}
	n, err := p.next(b)
	if err != nil && err != io.EOF {
		err = p.session.fault(p.wire, err)
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.err = err
	return n, err
}

// next gives what has come, of several packets if they are small.
func (p *pack) next(b []byte) (n int, err error) {
	if !p.banded {
		return p.wire.buf.Read(b)
	}
	for n < len(b) {
		if len(p.pending) > 0 {
			k := copy(b[n:], p.pending)
			p.pending, n = p.pending[k:], n+k
			continue
		}
		if n > 0 && !p.wire.whole() {
			break
		}
		if err := p.packet(); err != nil {
			return n, err
		}
	}
	return n, nil
}

// packet reads one packet of the side band. Only a flush is a good end.
func (p *pack) packet() error {
	payload, err := p.wire.packet()
	if err != nil {
		return err
	}
	if payload == nil {
		return io.EOF
	}
	switch sideband.Channel(payload[0]) {
	case sideband.PackData:
		p.pending = payload[1:]
	case sideband.ProgressMessage:
		if p.session.progress != nil {
			p.counter.write(payload[1:], p.session.progress)
		}
	case sideband.ErrorMessage: // a server short of memory dies like this
		return hiccup{reason: "the server gave up and says " + p.session.to.heard(string(payload[1:]))}
	default:
		return errGarbled
	}
	return nil
}

// A counter picks the lines out of what a server says while it works.
type counter struct{ line []byte }

func (c *counter) write(text []byte, show func(string)) {
	for _, b := range text {
		switch {
		case b != '\r' && b != '\n':
			if len(c.line) < 200 {
				c.line = append(c.line, b)
			}
		default:
			if line := string(c.line); counts(line) {
				show(line)
			}
			c.line = c.line[:0]
		}
	}
}

// counts is true for git's own counters. Other words of a server do not reach the
// terminal: they are advertisement at best, an echoed token at worst.
func counts(line string) bool {
	phase, rest, _ := strings.Cut(line, ":")
	switch phase {
	case "Enumerating objects", "Counting objects", "Compressing objects":
		rest = strings.TrimSuffix(strings.TrimSpace(rest), ", done.")
		return rest != "" && strings.Trim(rest, "0123456789%(/), ") == ""
	}
	return false
}
