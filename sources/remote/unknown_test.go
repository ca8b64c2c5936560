package remote

import (
	"context"
	"encoding/binary"
	"errors"
	"io"
	"net"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"confit/render/diag"
)

// answering is a DNS server that says of every name what is in code, and no more.
func answering(code *atomic.Uint32) func(context.Context, string, string) (net.Conn, error) {
	return func(context.Context, string, string) (net.Conn, error) {
		ours, theirs := net.Pipe()
		go func() {
			defer ours.Close()
			query := make([]byte, 1<<16)
			if _, err := io.ReadFull(ours, query[:2]); err != nil {
				return
			}
			n := 2 + int(binary.BigEndian.Uint16(query))
			if _, err := io.ReadFull(ours, query[2:n]); err != nil {
				return
			}
			const response = 0x80
			query[4], query[5] = query[4]|response, byte(code.Load())
			ours.Write(query[:n])
		}()
		return theirs, nil
	}
}

// TestUnknown has a host that DNS does not know, which is no reason to wait for minutes. A
// DNS server that is down is one.
func TestUnknown(t *testing.T) {
	const serverFailure, noSuchName = 2, 3
	var code atomic.Uint32
	usual := net.DefaultResolver
	net.DefaultResolver = &net.Resolver{PreferGo: true, Dial: answering(&code)}
	defer func() { net.DefaultResolver = usual }()
	key := (&sshd{}).fill(t)
	for name, tt := range map[string]struct {
		r     Remote
		first uint32
		says  string
	}{
		"https":           {Remote{URL: "https://no-such-host.invalid/web.git"}, noSuchName, "gave up after 6 tries"},
		"ssh":             {Remote{URL: "ssh://no-such-host.invalid/web.git", Auth: key}, noSuchName, "gave up after 6 tries"},
		"down, then none": {Remote{URL: "https://no-such-host.invalid/web.git"}, serverFailure, "gave up after 7 tries"},
	} {
		t.Run(name, func(t *testing.T) {
			code.Store(tt.first)
			tt.r.Timeout = time.Hour
			tt.r.Notice = func(string) { code.Store(noSuchName) }
			err := tt.r.Fetch(t.Context(), nil, nil)
			wantProblem(t, err, diag.CauseRemote, "git-remote", tt.says)
			wantProblem(t, err, diag.CauseRemote, "git-remote", "DNS knows no server")
			if p := (*diag.Problem)(nil); !errors.As(err, &p) || !strings.Contains(p.Hint, "spelt right") {
				t.Errorf("the hint is that of %+v", err)
			}
		})
	}
}
