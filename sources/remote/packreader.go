package remote

import (
	"io"
	"strings"
	"sync"

	"github.com/go-git/go-git/v5/plumbing/protocol/packp/sideband"
)

// A packReader gives the pack as it arrives, out of its side band if the pack comes in one
// (gitprotocol-pack(5)).
type packReader struct {
	session *session
	pkts    *pktReader
	banded  bool
	pending []byte
	lines   progressLines

	mu  sync.Mutex // a reader may be left in Read when its caller is done
	err error      // ends all reading
}

// fault is the error that ended the pack, and nil for its good end.
func (p *packReader) fault() error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.err == io.EOF {
		return nil
	}
	return p.err
}

func (p *packReader) Read(b []byte) (int, error) {
	if p.err != nil {
		return 0, p.err
	}
	n, err := p.next(b)
	if err != nil && err != io.EOF {
		err = p.session.explain(p.pkts, err)
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.err = err
	return n, err
}

// next fills b from packets that have come, and waits only for the first one.
func (p *packReader) next(b []byte) (n int, err error) {
	if !p.banded {
		return p.pkts.buf.Read(b)
	}
	for n < len(b) {
		if len(p.pending) > 0 {
			k := copy(b[n:], p.pending)
			p.pending, n = p.pending[k:], n+k
			continue
		}
		if n > 0 && !p.pkts.whole() {
			break
		}
		if err := p.packet(); err != nil {
			return n, err
		}
	}
	return n, nil
}

// packet reads one packet of the side band. Only a flush is a good end.
func (p *packReader) packet() error {
	payload, err := p.pkts.packet()
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
			p.lines.write(payload[1:], p.session.progress)
		}
	case sideband.ErrorMessage: // a server short of memory dies like this
		return transientError{reason: "the server gave up and says " + p.session.to.quote(string(payload[1:]))}
	default:
		return errGarbled
	}
	return nil
}

// progressLines cuts a server's progress messages into lines, and shows those that count
// objects.
type progressLines struct{ line []byte }

func (c *progressLines) write(text []byte, show func(string)) {
	for _, b := range text {
		switch {
		case b != '\r' && b != '\n':
			if len(c.line) < 200 {
				c.line = append(c.line, b)
			}
		default:
			if line := string(c.line); countsObjects(line) {
				show(line)
			}
			c.line = c.line[:0]
		}
	}
}

// countsObjects is true for git's own counters. Other words of a server do not reach the
// terminal: they are advertisement at best, an echoed token at worst.
func countsObjects(line string) bool {
	phase, rest, _ := strings.Cut(line, ":")
	switch phase {
	case "Enumerating objects", "Counting objects", "Compressing objects":
		rest = strings.TrimSuffix(strings.TrimSpace(rest), ", done.")
		return rest != "" && strings.Trim(rest, "0123456789%(/), ") == ""
	}
	return false
}
