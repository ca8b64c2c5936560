package remote

import (
	"io"
	"log"
	"net/http"
	"strings"
	"testing"

	"confit/render/diag"
)

func quiet() *log.Logger { return log.New(io.Discard, "", 0) }

func TestHTTPS(t *testing.T) {
	repo := newRepo(t)
	srv, auth := serve(t, backend(t, repo.root))
	remote := &Remote{URL: srv.URL + "/web.git", Auth: auth}
	got := fetchFrom(t, remote, "")
	got.wantPack(t)
	if got.refs.Head.Name != "refs/heads/main" || got.refs.Head.Hash.String() != repo.last {
		t.Errorf("Head = %v, want main at %s", got.refs.Head, repo.last)
	}
	if len(got.notices) > 0 {
		t.Errorf("notices: %v", got.notices)
	}
	fetchDepth(t, remote, "v1", 0).wantPack(t)
	if got := fetchFrom(t, remote, "-"); got.err != nil || got.reads > 0 {
		t.Errorf("wanting nothing: %v, %d reads", got.err, got.reads)
	}
}

// askFor answers 401 unless the header is as wanted.
func askFor(want string, h http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Authorization") != want {
			w.Header().Set("WWW-Authenticate", `Basic realm="x"`)
			http.Error(w, "you sent "+r.Header.Get("Authorization")+" "+secret, http.StatusUnauthorized)
			return
		}
		h.ServeHTTP(w, r)
	})
}

func TestHTTPSAuth(t *testing.T) {
	repo := newRepo(t)
	basic := "Basic " + "Ym90Omh1bnRlcjJ4eXo=" // bot:hunter2xyz
	tests := map[string]struct {
		want string
		keys []string
		code string
		text string
	}{
		"basic":         {basic, []string{"username", "bot\n", "password", secret + "\r\n"}, "", ""},
		"token":         {"Bearer " + secret, []string{"token", secret + "\n"}, "", ""},
		"bearerToken":   {"Bearer " + secret, []string{"bearerToken", secret}, "", ""},
		"none":          {basic, nil, "git-auth", "it was offered nothing"},
		"wrong":         {basic, []string{"username", "bot", "password", secret + "1"}, "git-auth", "it was offered username and password"},
		"wrong token":   {basic, []string{"token", secret}, "git-auth", "it was offered token"},
		"half":          {basic, []string{"password", secret}, "git-auth", "username is missing"},
		"both":          {basic, []string{"username", "u", "password", secret, "token", secret}, "git-auth", "both username and password and token"},
		"spaces":        {basic, []string{"token", secret + " " + secret}, "git-auth", "spaces"},
		"newline":       {basic, []string{"username", "a\nb", "password", secret}, "git-auth", "control"},
		"lonely cert":   {basic, []string{"tls.crt", secret}, "git-auth", "tls.crt and tls.key"},
		"bad cert":      {basic, []string{"tls.crt", secret, "tls.key", secret}, "git-auth", "tls.crt and tls.key"},
		"bad ca":        {basic, []string{"ca.crt", secret}, "git-auth", "ca.crt holds no"},
		"half an app":   {basic, []string{"githubAppID", "1"}, "git-auth", "one is missing"},
		"key of an app": {basic, []string{"githubAppID", "1", "githubAppInstallationID", "2", "githubAppPrivateKey", secret}, "git-auth", "not an RSA key"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			srv, auth := serve(t, askFor(tt.want, backend(t, repo.root)))
			got := fetchFrom(t, &Remote{URL: srv.URL + "/web.git", Auth: with(auth, tt.keys...)}, "")
			if tt.code == "" {
				got.wantPack(t)
				return
			}
			wantProblem(t, got.err, diag.CauseTrust, tt.code, tt.text)
			if len(got.notices) > 0 || strings.Contains(shown(got.err), "Ym90") {
				t.Errorf("%v %s", got.notices, shown(got.err))
			}
		})
	}
}
