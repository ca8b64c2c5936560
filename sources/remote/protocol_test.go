package remote

import (
	"errors"
	"fmt"
	"net/http"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"confit/render/diag"

	"github.com/go-git/go-git/v5/plumbing"
	"github.com/go-git/go-git/v5/plumbing/protocol/packp/capability"
)

func TestExactCommit(t *testing.T) {
	tests := map[string]struct {
		config string
		any    bool
	}{
		"refused":   {"uploadpack.hideRefs", false},
		"reachable": {"uploadpack.allowReachableSHA1InWant", true},
		"any":       {"uploadpack.allowAnySHA1InWant", true},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			repo := newRepo(t)
			hidden := repo.last // reachable, and no ref points to it
			repo.commit(t, "three\n")
			git(t, repo.dir, "config", tt.config, "true")
			srv, auth := serve(t, backend(t, repo.root))
			shell := startSSH(t, repo.root)
			for _, r := range []*Remote{{URL: srv.URL + "/web.git", Auth: auth}, {URL: shell.url(), Auth: shell.auth()}} {
				got := fetchFrom(t, r, hidden)
				absent := fetchFrom(t, r, strings.Repeat("12", 20))
				if !errors.Is(absent.err, ErrNotOffered) {
					t.Errorf("%v is not ErrNotOffered", absent.err)
				}
				if tt.any || strings.HasPrefix(r.URL, "https") { // over http git hands out what it can reach
					got.wantPack(t)
					continue
				}
				wantProblem(t, got.err, diag.CauseRemote, "git-remote", hidden)
				if !errors.Is(got.err, ErrNotOffered) || len(got.notices) > 0 {
					t.Errorf("%v is not ErrNotOffered, or was retried: %q", got.err, got.notices)
				}
			}
		})
	}
}

func TestEmptyAndSHA256(t *testing.T) {
	root := t.TempDir()
	git(t, root, "init", "-q", "--bare", "empty.git")
	git(t, root, "init", "-q", "--bare", "--object-format=sha256", "long.git")
	repo{root: root, dir: filepath.Join(root, "long.git")}.commit(t, "one\n")
	srv, auth := serve(t, backend(t, root))
	shell := startSSH(t, root)
	for _, base := range []string{srv.URL, "ssh://" + shell.addr + root} {
		keys := auth
		if strings.HasPrefix(base, "ssh") {
			keys = shell.auth()
		}
		wantProblem(t, fetchFrom(t, &Remote{URL: base + "/empty.git", Auth: keys}, "").err, diag.CauseData, "git-empty", "empty")
		wantProblem(t, fetchFrom(t, &Remote{URL: base + "/long.git", Auth: keys}, "").err, diag.CauseData, "git-format", "SHA-256")
	}
}

const (
	aHash    = "1111111111111111111111111111111111111111"
	service0 = "001e# service=git-upload-pack\n0000"
)

func pkt(lines ...string) string {
	var b strings.Builder
	for _, l := range lines {
		if l == "" {
			b.WriteString("0000")
		} else {
			fmt.Fprintf(&b, "%04x%s", len(l)+4, l)
		}
	}
	return b.String()
}

// scripted answers a listing and a request with fixed bytes.
func scripted(list, answer string) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Git-Protocol") != "" {
			http.Error(w, "v2", http.StatusTeapot)
			return
		}
		kind, body := "advertisement", list
		if r.Method == http.MethodPost {
			kind, body = "result", answer
		}
		w.Header().Set("Content-Type", "application/x-git-upload-pack-"+kind+"; charset=x")
		_, _ = w.Write([]byte(body))
	})
}

func TestServerWords(t *testing.T) {
	list := service0 + pkt(aHash+" HEAD\x00side-band-64k multi_ack symref=HEAD:refs/heads/x agent=x/1 agent= object-format=sha1\n", aHash+" refs/heads/x\n", "")
	progress := "\x02Counting objects:  50% (1/2)\rCounting objects: 100% (2/2), done.\n\x1b[31m" + secret + "\nTotal " + secret + "\n"
	tests := map[string]struct {
		list, answer string
		text         string // of the error; "" for none
		pack         string
	}{
		"good":         {list, pkt("NAK\n", progress, "\x01PA", "\x01CK", ""), "", "PACK"},
		"v1":           {service0 + pkt("version 1\n") + list[len(service0):], pkt("NAK\n", "\x01PACK", ""), "", "PACK"},
		"no flush":     {"001e# service=git-upload-pack\n" + list[len(service0):], pkt("NAK\n", "\x01PACK", ""), "", "PACK"},
		"bare":         {pkt(aHash+" HEAD\n", ""), pkt("NAK\n") + "PACK", "", "PACK"},
		"shallow":      {list, pkt("shallow "+aHash, "shallow "+aHash, "", "NAK\n", "\x01PACK", ""), "", "PACK"},
		"v2":           {service0 + pkt("version 2\n", ""), "", "insists on version 2", ""},
		"error first":  {service0 + pkt("ERR access denied \x1b]0;x"), "", `says "access denied \x1b]0;x"`, ""},
		"error second": {list, pkt("ERR too large"), "says too large", ""},
		"long error":   {list, pkt("ERR " + strings.Repeat("é", 3000)), "é…", ""},
		"html":         {"<html>" + secret, "", "not Git's protocol", ""},
		"junk hash":    {service0 + pkt("zz11111111111111111111111111111111111111 HEAD\x00\n", ""), "", "not Git's protocol", ""},
		"junk after":   {list, pkt("HELLO\n"), "not Git's protocol", ""},
		"junk channel": {list, pkt("NAK\n", "\x07PACK", ""), "not Git's protocol", ""},
		"channel 3":    {list, pkt("NAK\n", "\x01PA", "\x03out of memory \x1b[1m"), `says "out of memory \x1b[1m"`, ""},
		"cut short":    {list, pkt("NAK\n", "\x01PACK"), "ended early", ""},
		"no NAK":       {list, "", "ended early", ""},
	}
	for name, tt := range tests {
		for _, auth := range []bool{false, true} {
			t.Run(fmt.Sprintf("%s/auth=%v", name, auth), func(t *testing.T) {
				t.Parallel()
				srv, keys := serve(t, scripted(tt.list, tt.answer))
				var lines []string
				r := &Remote{URL: srv.URL + "/web.git", Auth: keys, Timeout: time.Second, Progress: func(s string) { lines = append(lines, s) }}
				if !strings.Contains(tt.text, "ended early") && name != "channel 3" {
					r.Timeout = 20 * time.Second
				}
				if auth {
					r.Auth = with(keys, "token", secret)
				}
				got := fetchFrom(t, r, "")
				text := tt.text
				if _, _, said := strings.Cut(text, "says "); auth && said || auth && name == "long error" {
					text = "held back"
				}
				if text != "" {
					wantProblem(t, got.err, diag.CauseRemote, "git-remote", text)
					return
				}
				if got.err != nil || string(got.pack) != tt.pack {
					t.Errorf("pack %q, %v", got.pack, got.err)
				}
				if name == "good" && fmt.Sprint(lines) != "[Counting objects:  50% (1/2) Counting objects: 100% (2/2), done.]" {
					t.Errorf("progress %q", lines)
				}
			})
		}
	}
}

// TestEcho has servers that repeat the token wherever a server may say something.
func TestEcho(t *testing.T) {
	list := service0 + pkt(aHash+" HEAD\x00side-band-64k", aHash+" refs/heads/x", "")
	for name, h := range map[string]http.Handler{
		"list":      scripted(service0+pkt("ERR "+secret), ""),
		"answer":    scripted(list, pkt("ERR "+secret)),
		"channel 3": scripted(list, pkt("NAK", "\x03"+secret)),
		"type": http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", secret)
		}),
		"redirect": http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Location", "https://other.example.com/"+secret)
			w.WriteHeader(307)
		}),
	} {
		t.Run(name, func(t *testing.T) {
			srv, auth := serve(t, h)
			got := fetchFrom(t, &Remote{URL: srv.URL + "/web.git", Auth: with(auth, "token", secret), Timeout: 500 * time.Millisecond}, "")
			if got.err == nil {
				t.Error("no error")
			}
		})
	}
}

func TestTooManyRefs(t *testing.T) {
	srv, auth := serve(t, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/x-git-upload-pack-advertisement")
		chunk := strings.Repeat(pkt(aHash+" refs/heads/"+strings.Repeat("x", 900)), 1000)
		for range 100 {
			if _, err := w.Write([]byte(chunk)); err != nil {
				return
			}
		}
	}))
	got := fetchFrom(t, &Remote{URL: srv.URL + "/web.git", Auth: auth}, "")
	wantProblem(t, got.err, diag.CauseLimit, "git-refs", "32 MiB")
}

func TestRequest(t *testing.T) {
	can := capability.NewList()
	if err := can.Decode([]byte("multi_ack multi_ack_detailed thin-pack side-band side-band-64k ofs-delta shallow no-progress include-tag agent=x")); err != nil {
		t.Fatal(err)
	}
	s := &session{can: can}
	hashes := []plumbing.Hash{plumbing.NewHash(aHash), plumbing.NewHash(strings.Repeat("2", 40))}
	want := pkt("want "+aHash+" multi_ack_detailed side-band-64k thin-pack ofs-delta shallow no-progress agent=confit\n", "want "+strings.Repeat("2", 40)+"\n", "deepen 1\n", "", "done\n")
	if got := string(s.request(Want{Hashes: hashes, Depth: 1})); got != want {
		t.Errorf("request = %q, want %q", got, want)
	}
	s.can = capability.NewList()
	if got, want := string(s.request(Want{Hashes: hashes[:1], Depth: 1})), pkt("want "+aHash+"\n", "", "done\n"); got != want {
		t.Errorf("request = %q, want %q", got, want)
	}
}
