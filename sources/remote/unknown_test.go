package remote

import (
	"context"
	"encoding/binary"
	"io"
	"net"
	"testing"
	"time"

	"confit/render"
)

// knowsNothing is a DNS server that says so of every name, and no more.
func knowsNothing(_ context.Context, _, _ string) (net.Conn, error) {
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
		const response, noSuchName = 0x80, 3
		query[4], query[5] = query[4]|response, noSuchName
		ours.Write(query[:n])
	}()
	return theirs, nil
}

// TestUnknown has a host that DNS does not know, which is no reason to wait for minutes.
func TestUnknown(t *testing.T) {
	usual := net.DefaultResolver
	net.DefaultResolver = &net.Resolver{PreferGo: true, Dial: knowsNothing}
	t.Cleanup(func() { net.DefaultResolver = usual })
	key := (&sshd{}).fill(t)
	for scheme, auth := range map[string]map[string][]byte{"https": nil, "ssh": key} {
		t.Run(scheme, func(t *testing.T) {
			t.Parallel()
			got := fetchFrom(t, &Remote{URL: scheme + "://no-such-host.invalid/web.git", Auth: auth, Timeout: time.Hour}, "")
			wantProblem(t, got.err, render.CauseRemote, "git-remote", "gave up after 6 tries")
			wantProblem(t, got.err, render.CauseRemote, "git-remote", "DNS knows no server")
		})
	}
}
