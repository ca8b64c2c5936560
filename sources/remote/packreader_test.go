package remote

import (
	"fmt"
	"io"
	"strings"
	"testing"
)

// TestSmallPackets: of a pack in packets of one byte a read gives all that have come, and
// waits for no more; what ends it comes with the last of them.
func TestSmallPackets(t *testing.T) {
	const packets = 200
	for name, tt := range map[string]struct {
		end, err string
	}{
		"flush":    {"0000", io.EOF.Error()},
		"gave up":  {"000b\x03killed", "the server gave up"},
		"garbled":  {"zzzz", "not Git's protocol"},
		"no band":  {"0005\x09", "not Git's protocol"},
		"half one": {"0006\x01", ""},
		"silence":  {"", ""},
	} {
		t.Run(name, func(t *testing.T) {
			ours, theirs := io.Pipe()
			defer theirs.Close()
			go fmt.Fprint(theirs, strings.Repeat("0006\x01x", packets)+tt.end)
			s := &session{to: &endpoint{}}
			p := &packReader{session: s, pkts: newPktReader(ours, newStallTimer(0, func() {})), banded: true}
			b := make([]byte, 2*packets)
			n, err := p.Read(b)
			if n != packets || strings.Trim(string(b[:n]), "x") != "" {
				t.Errorf("Read gives %d bytes, %q, want %d", n, b[:n], packets)
			}
			if tt.err == "" && err != nil || tt.err != "" && (err == nil || !strings.Contains(err.Error(), tt.err)) {
				t.Errorf("it ends with %v, want %q", err, tt.err)
			}
		})
	}
}
