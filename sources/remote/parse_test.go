package remote

import (
	"bytes"
	"crypto/ed25519"
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"confit/render/diag"

	"github.com/go-git/go-git/v5/plumbing"
	"golang.org/x/crypto/ssh"
	"golang.org/x/crypto/ssh/knownhosts"
)

func TestParseURL(t *testing.T) {
	for url, want := range map[string]string{
		"https://git.example.com/web/config.git":  "https://git.example.com/web/config.git",
		"HTTPS://Git.Example.com:443/a/":          "https://git.example.com/a",
		"https://git.example.com:8443/a%20b":      "https://git.example.com:8443/a%20b",
		"https://[::1]:8443/a":                    "https://[::1]:8443/a",
		"http://git.example.com/a":                "http://git.example.com/a",
		"ssh://git@git.example.com/a.git":         "ssh://git.example.com/a.git",
		"ssh://git.example.com:2222/~me/a.git":    "ssh://git.example.com:2222/~me/a.git",
		"git@git.example.com:web/config.git":      "ssh://git.example.com/web/config.git",
		"git.example.com:/srv/a.git":              "ssh://git.example.com/srv/a.git",
		"git@[::1]:a.git":                         "ssh://[::1]/a.git",
		"git@ssh.dev.azure.com:v3/org/project/re": "ssh://ssh.dev.azure.com/v3/org/project/re",
	} {
		if a, err := parseURL(url); err != nil {
			t.Errorf("parseURL(%q): %v", url, err)
		} else if a.String() != want {
			t.Errorf("parseURL(%q) = %s, want %s", url, a, want)
		}
	}
	if a, _ := parseURL("ssh://git.example.com/~me/a.git"); a.path != "~me/a.git" || a.user != "git" {
		t.Errorf("home directory: %+v", a)
	}
}

func TestParseURLRefuses(t *testing.T) {
	for _, url := range []string{
		"",
		"/srv/a.git",
		"./a.git",
		"../a:b",
		"file:///srv/a.git",
		"git://git.example.com/a",
		"ftp://git.example.com/a",
		"git+ssh://git.example.com/a",
		"ext::sh -c x",
		"ext::sh",
		"https::https://git.example.com/a",
		"https://u:hunter2xyz@git.example.com/a",
		"https://hunter2xyz@git.example.com/a",
		"https://@git.example.com/a",
		"https://u:hunter2/xyz@git.example.com/a",
		"https://hunter2/xyz@git.example.com/a",
		"ssh://git:hunter2xyz@git.example.com/a",
		"ssh://git:@git.example.com/a",
		"git:hunter2xyz@git.example.com:a",
		"@git.example.com:a",
		"ssh://-oProxyCommand=x/a",
		"ssh://-x@git.example.com/a",
		"-oProxyCommand=x:a",
		"git@-x:a",
		"git@git.example.com:-a",
		"https://git.example.com",
		"https://git.example.com/",
		"git@git.example.com:",
		"https:///a",
		"https:git.example.com/a",
		"https://git.example.com:0/a",
		"https://git.example.com:/a",
		"https://git.example.com:99999/a",
		"https://git.example.com/a?token=hunter2",
		"https://git.example.com/a?",
		"https://git.example.com/a#x",
		"https://git.example.com/a\nb",
		"https://git.example.com/a%0ab",
		"ssh://git.example.com/a%00b",
		"https://git.example.com/a\x1b[31m",
		"https://git.example.com/%zz",
		"https://gi\u200bt.example.com/a",
		"https://git_$(x).example.com/a",
	} {
		a, err := parseURL(url)
		if err == nil {
			t.Errorf("parseURL(%q) = %v, want an error", url, a)
			continue
		}
		wantProblem(t, err, diag.CauseSpec, "git-url", "")
		if strings.Contains(shown(err), "hunter2") {
			t.Errorf("parseURL(%q) shows it: %v", url, err)
		}
	}
}

func FuzzParseURL(f *testing.F) {
	for _, s := range []string{"https://h:1/a", "ssh://u@h/~x", "u@h:p", "[::1]:p", "https://u:p@h/a", "ext::x", "https://h/%2e%2e/%40"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		a, err := parseURL(s)
		if err != nil {
			var p *diag.Problem
			if !errors.As(err, &p) || p.Code != "git-url" {
				t.Errorf("%v", err)
			}
			return
		}
		if a.scheme != "https" && a.scheme != "http" && a.scheme != "ssh" {
			t.Errorf("scheme %q", a.scheme)
		}
		if a.host == "" || a.host[0] == '-' || a.path == "" || a.path[0] == '-' || strings.ContainsAny(a.host+a.port, "@/ \n\x00") || strings.ContainsAny(a.user, "/ \n\x00") {
			t.Errorf("%q is %+v", s, a)
		}
		if _, again := parseURL(a.String()); again != nil && a.scheme != "ssh" {
			t.Errorf("%q is shown as %s, which is refused", s, a)
		}
	})
}

func TestResolve(t *testing.T) {
	hash := func(digit string) plumbing.Hash { return plumbing.NewHash(strings.Repeat(digit, 40)) }
	ref := func(name, a, b string) Ref { return Ref{name, hash(a), hash(b)} }
	refs := Refs{Head: ref("refs/heads/main", "1", "1"), All: []Ref{
		ref("refs/heads/main", "1", "1"), ref("refs/heads/twin", "1", "1"), ref("refs/heads/heads/x", "3", "3"), ref("refs/heads/team/a", "4", "4"),
		ref("refs/merge/1", "5", "5"), ref("refs/tags/twin", "2", "2"), ref("refs/tags/v1", "6", "7"), ref("refs/heads/x", "8", "8"), ref("refs/heads/odd\x1b", "1", "1"),
	}}
	tests := map[string]struct {
		want Ref
		text string
	}{
		"":                       {ref("refs/heads/main", "1", "1"), ""},
		"HEAD":                   {ref("refs/heads/main", "1", "1"), ""},
		"main":                   {ref("refs/heads/main", "1", "1"), ""},
		"heads/main":             {ref("refs/heads/main", "1", "1"), ""},
		"refs/heads/main":        {ref("refs/heads/main", "1", "1"), ""},
		"team/a":                 {ref("refs/heads/team/a", "4", "4"), ""},
		"v1":                     {ref("refs/tags/v1", "6", "7"), ""},
		"tags/v1":                {ref("refs/tags/v1", "6", "7"), ""},
		"refs/merge/1":           {ref("refs/merge/1", "5", "5"), ""},
		"merge/1":                {ref("refs/merge/1", "5", "5"), ""},
		"tags/twin":              {ref("refs/tags/twin", "2", "2"), ""},
		strings.Repeat("6", 40):  {ref("", "6", "7"), ""},
		strings.Repeat("9", 40):  {ref("", "9", "9"), ""},
		"twin":                   {Ref{}, "ambiguous: the repository has refs/heads/twin and refs/tags/twin"},
		"heads/x":                {Ref{}, "refs/heads/heads/x and refs/heads/x"},
		"Main":                   {Ref{}, "did you mean main?"},
		"a":                      {Ref{}, "did you mean team/a?"},
		"4f2a91c":                {Ref{}, "all 40 digits"},
		strings.Repeat("ab", 32): {Ref{}, "SHA-256"},
		"refs/heads/none":        {Ref{}, "no branch or tag"},
		"v1^{}":                  {Ref{}, "no branch or tag"},
		"no\x1b[31m":             {Ref{}, `"no\x1b[31m"`},
	}
	for name, tt := range tests {
		got, err := refs.Resolve(name)
		if tt.text != "" {
			wantProblem(t, err, diag.CauseInput, "git-ref", tt.text)
		} else if err != nil || got != tt.want {
			t.Errorf("Resolve(%q) = %v, %v, want %v", name, got, err, tt.want)
		}
	}
	if _, err := (Refs{}).Resolve(""); err == nil {
		t.Error("Resolve of an absent HEAD gives no error")
	}
}

func TestKnownHosts(t *testing.T) {
	signer, _ := newKey(t)
	key := strings.TrimSpace(string(ssh.MarshalAuthorizedKey(signer.PublicKey())))
	tests := map[string]struct {
		pattern string
		url     string
		want    bool
	}{
		"plain":          {"git.example.com", "git@git.example.com:a", true},
		"case":           {"Git.Example.com", "git@GIT.example.com:a", true},
		"list":           {"10.0.0.1,git.example.com", "git@git.example.com:a", true},
		"port":           {"[git.example.com]:2222", "ssh://git.example.com:2222/a", true},
		"port 22":        {"git.example.com", "ssh://git.example.com:22/a", true},
		"no port":        {"git.example.com", "ssh://git.example.com:2222/a", false},
		"another port":   {"[git.example.com]:2222", "ssh://git.example.com/a", false},
		"star":           {"*.example.com", "git@git.example.com:a", true},
		"question":       {"g?t.example.com", "git@git.example.com:a", true},
		"negated":        {"*.example.com,!git.example.com", "git@git.example.com:a", false},
		"negated before": {"!git.example.com,*", "git@git.example.com:a", false},
		"prefix":         {"git.example.co", "git@git.example.com:a", false},
		"suffix":         {"xgit.example.com", "git@git.example.com:a", false},
		"empty":          {",", "git@git.example.com:a", false},
		"hash broken":    {"|1|AAAA|BBBB", "git@git.example.com:a", false},
		"hash kind":      {"|2|AAAA|BBBB", "git@git.example.com:a", false},
		"hash short":     {"|", "git@git.example.com:a", false},
		"hash":           {"HASH git.example.com", "git@git.example.com:a", true},
		"hash port":      {"HASH [git.example.com]:2222", "ssh://git.example.com:2222/a", true},
		"hash no port":   {"HASH git.example.com", "ssh://git.example.com:2222/a", false},
	}
	for name, tt := range tests {
		pattern := tt.pattern
		if host, ok := strings.CutPrefix(pattern, "HASH "); ok {
			pattern = knownhosts.HashHostname(host)
		}
		known, err := parseKnownHosts(pattern + " " + key + " a comment\n")
		a, urlErr := parseURL(tt.url)
		if err != nil || urlErr != nil {
			t.Errorf("%s: %v, %v", name, err, urlErr)
			continue
		}
		if got := len(known.forHost(a)) == 1; got != tt.want {
			t.Errorf("%s: %q of %s is %v, want %v", name, pattern, tt.url, got, tt.want)
		}
	}
}

func TestBadKnownHosts(t *testing.T) {
	signer, _ := newKey(t)
	key := strings.TrimSpace(string(ssh.MarshalAuthorizedKey(signer.PublicKey())))
	blob := strings.Fields(key)[1]
	for text, want := range map[string]string{
		"":                                "holds no key",
		"# only this":                     "holds no key",
		"h ssh-future AAAA":               "holds no key",
		"h":                               "line 1",
		"\nh ssh-ed25519":                 "line 2",
		"h ssh-ed25519 hunter2xyz!":       "not base64",
		"h ssh-ed25519 AAAA":              "not of its type",
		"h ssh-rsa " + blob:               "not of its type",
		"@odd h " + key:                   "marker",
		"@cert-authority @revoked " + key: "line 1 of known_hosts is not complete",
	} {
		_, err := parseKnownHosts(text)
		if err == nil || !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), "hunter2") {
			t.Errorf("parseKnownHosts(%q): %v, want %q", text, err, want)
		}
	}
}

func FuzzKnownHosts(f *testing.F) {
	const key = " ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIOMqqnkVzrm0SdG6UOoqKLsabgH5C9okWi0dh2l9GKJl"
	for _, s := range []string{"h" + key, "@revoked *" + key, "[h]:22,!x" + key, "|1|AAAA|AAAA" + key, "|" + key, "," + key, "@cert-authority"} {
		f.Add(s, "h")
	}
	f.Fuzz(func(t *testing.T, text, host string) {
		known, err := parseKnownHosts(text)
		if err != nil {
			return
		}
		a := address{scheme: "ssh", host: host, port: "22", path: "a"}
		mine := known.forHost(a)
		if len(mine) > 0 && len(known.algorithms(a)) == 0 {
			t.Errorf("a known host without algorithm: %q", text)
		}
		signer, err := ssh.NewSignerFromKey(ed25519.NewKeyFromSeed(bytes.Repeat([]byte{7}, ed25519.SeedSize)))
		if err != nil {
			t.Fatal(err)
		}
		if known.check(a, signer.PublicKey()) == nil {
			t.Errorf("a key of nobody is accepted by %q", text)
		}
	})
}

func FuzzAdvert(f *testing.F) {
	f.Add([]byte(service0 + pkt(aHash+" HEAD\x00symref=HEAD:refs/heads/x", aHash+" refs/tags/x", aHash+" refs/tags/x^{}", "shallow "+aHash, "")))
	f.Add([]byte(pkt("version 1\n", aHash+" a\x00object-format=sha256\n", "")))
	f.Fuzz(func(t *testing.T, data []byte) {
		r := newPktReader(bytes.NewReader(data), newStallTimer(0, func() {}))
		a, err := r.advert()
		s := &session{to: &endpoint{}}
		if err != nil {
			_ = s.explain(r, err)
			return
		}
		if a.ObjectFormat != "sha1" {
			t.Errorf("object format %q", a.ObjectFormat)
		}
		if ref, err := a.Resolve(""); err == nil && ref.Hash.IsZero() {
			t.Errorf("a zero HEAD")
		}
		p := &packReader{session: s, pkts: r, banded: true}
		_, _ = io.Copy(io.Discard, p)
	})
}

func TestRetryAfter(t *testing.T) {
	now := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	for text, want := range map[string]time.Duration{
		"":                              0,
		"7":                             7 * time.Second,
		"-7":                            0,
		"1e9":                           0,
		"99999999999999999999":          0,
		"Fri, 02 Jan 2026 03:04:15 GMT": 10 * time.Second,
		"Fri, 02 Jan 2026 03:04:00 GMT": 0,
	} {
		if got := retryAfter(http.Header{"Retry-After": {text}}, now); got != want {
			t.Errorf("retryAfter(%q) = %v, want %v", text, got, want)
		}
	}
}

func TestBackoff(t *testing.T) {
	for n := 1; n < 100; n++ {
		if d := backoff(n); d <= 0 || d > lastBackoff+time.Millisecond {
			t.Errorf("backoff(%d) = %v", n, d)
		}
	}
}
