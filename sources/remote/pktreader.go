package remote

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"strconv"
	"sync/atomic"
	"time"

	"github.com/go-git/go-git/v5/plumbing/format/pktline"
)

// A stallTimer calls an alarm when a server says nothing for a while. It runs only while
// confit waits for the server, so a slow consumer of the pack is no stall.
type stallTimer struct {
	after    time.Duration
	timer    *time.Timer
	received atomic.Int64 // bytes
	latest   atomic.Int64 // when the last of them came, in Unix nanoseconds
}

func newStallTimer(after time.Duration, alarm func()) *stallTimer {
	if after <= 0 {
		after = defaultStall
	}
	t := &stallTimer{after: after, timer: time.AfterFunc(after, alarm)}
	t.timer.Stop()
	return t
}

// wait lets f take no longer than the timer allows.
func (t *stallTimer) wait(f func() (io.Reader, error)) (io.Reader, error) {
	t.timer.Reset(t.after)
	defer t.timer.Stop()
	return f()
}

// came says how much the server has sent, and "" for nothing.
func (t *stallTimer) came() string {
	n := t.received.Load()
	if n == 0 {
		return ""
	}
	ago := time.Since(time.Unix(0, t.latest.Load())).Round(100 * time.Millisecond)
	amount := fmt.Sprintf("%d KiB", (n+1023)>>10)
	if n >= 1<<20 {
		amount = fmt.Sprintf("%.1f MiB", float64(n)/(1<<20))
	}
	return fmt.Sprintf("%s had come, the last of it %s ago", amount, ago)
}

// A timedReader reads from a server while a stallTimer runs.
type timedReader struct {
	*stallTimer
	src io.Reader
	err error // the first error of src, io.EOF included; src is not read again
}

func (r *timedReader) Read(p []byte) (int, error) {
	if r.err != nil {
		return 0, r.err
	}
	r.timer.Reset(r.after)
	n, err := r.src.Read(p)
	r.timer.Stop()
	if n > 0 {
		r.received.Add(int64(n))
		r.latest.Store(time.Now().UnixNano())
	}
	r.err = err
	return n, err
}

// A pktReader reads pkt-lines (gitprotocol-common(5)), and raw bytes after them.
type pktReader struct {
	*timedReader
	buf   *bufio.Reader
	lines *pktline.Scanner
}

func newPktReader(src io.Reader, t *stallTimer) *pktReader {
	timed := &timedReader{stallTimer: t, src: src}
	buf := bufio.NewReaderSize(timed, 1<<16)
	return &pktReader{timedReader: timed, buf: buf, lines: pktline.NewScanner(buf)}
}

// line gives the next payload without its newline, and nil for a flush. The payload is
// valid until the next call.
func (r *pktReader) line() ([]byte, error) {
	payload, err := r.packet()
	return bytes.TrimSuffix(payload, []byte("\n")), err
}

// packet gives the next payload, and nil for a flush.
func (r *pktReader) packet() ([]byte, error) {
	if !r.lines.Scan() {
		if err := r.lines.Err(); err != nil {
			return nil, err
		}
		return nil, io.ErrUnexpectedEOF
	}
	if b := r.lines.Bytes(); len(b) > 0 {
		return b, nil
	}
	return nil, nil
}

// whole tells whether the next packet has come.
func (r *pktReader) whole() bool {
	const lengthDigits = 4
	if r.buf.Buffered() < lengthDigits {
		return false
	}
	head, _ := r.buf.Peek(lengthDigits)
	n, err := strconv.ParseUint(string(head), 16, 16)
	return err != nil || int(n) <= r.buf.Buffered() // an invalid length is an error at once
}
