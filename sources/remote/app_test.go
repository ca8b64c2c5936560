package remote

import (
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"confit/render/diag"
)

// github gives a token to who signs with key as app 12, for installation 34.
func github(key *rsa.PublicKey, calls *atomic.Int32) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		calls.Add(1)
		jwt, _ := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
		parts := strings.Split(jwt, ".")
		if len(parts) != 3 || r.Method != http.MethodPost {
			http.Error(w, secret, http.StatusBadRequest)
			return
		}
		sum := sha256.Sum256([]byte(parts[0] + "." + parts[1]))
		sig, _ := base64.RawURLEncoding.DecodeString(parts[2])
		text, _ := base64.RawURLEncoding.DecodeString(parts[1])
		var claims struct {
			Iat, Exp int64
			Iss      string
		}
		now := time.Now().Unix()
		switch {
		case r.URL.Path != "/app/installations/34/access_tokens":
			http.Error(w, jwt, http.StatusNotFound)
		case rsa.VerifyPKCS1v15(key, crypto.SHA256, sum[:], sig) != nil, json.Unmarshal(text, &claims) != nil,
			claims.Iss != "12", claims.Iat > now, claims.Exp <= now, claims.Exp > now+600:
			http.Error(w, jwt, http.StatusUnauthorized)
		default:
			w.WriteHeader(http.StatusCreated)
			fmt.Fprintf(w, `{"token": %q, "expires_at": "2030-01-01T00:00:00Z"}`, secret)
		}
	})
}

func TestGitHubApp(t *testing.T) {
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	pkcs8, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	pkcs1PEM := string(pem.EncodeToMemory(&pem.Block{Type: "RSA PRIVATE KEY", Bytes: x509.MarshalPKCS1PrivateKey(key)}))
	pkcs8PEM := string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: pkcs8}))
	var calls, lists atomic.Int32
	api, _ := serve(t, github(&key.PublicKey, &calls))
	want := "Basic " + base64.StdEncoding.EncodeToString([]byte("x-access-token:"+secret))
	next := askFor(want, backend(t, newRepo(t).root))
	srv, auth := serve(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if lists.Add(1) == 1 { // the token serves a second try as well
			w.WriteHeader(http.StatusBadGateway)
			return
		}
		next.ServeHTTP(w, r)
	}))
	fetch := func(pairs ...string) result {
		calls.Store(0)
		lists.Store(0)
		keys := with(auth, "githubAppID", "12\n", "githubAppInstallationID", "34", "githubAppPrivateKey", pkcs1PEM, "githubAppBaseURL", api.URL+"/")
		return fetchFrom(t, &Remote{URL: srv.URL + "/web.git", Auth: with(keys, pairs...), Timeout: 20 * time.Second}, "")
	}
	got := fetch()
	got.wantPack(t)
	if calls.Load() != 1 || len(got.notices) != 1 {
		t.Errorf("%d tokens, notices %q", calls.Load(), got.notices)
	}
	fetch("githubAppPrivateKey", pkcs8PEM).wantPack(t)
	wantProblem(t, fetch("githubAppID", "13").err, diag.CauseTrust, "git-auth", "does not accept the GitHub App: status 401 Unauthorized")
	wantProblem(t, fetch("githubAppInstallationID", "35").err, diag.CauseTrust, "git-auth", "status 404 Not Found")
	wantProblem(t, fetch("githubAppInstallationID", "35/../34").err, diag.CauseTrust, "git-auth", "not a number")
	wantProblem(t, fetch("githubAppBaseURL", "http://api.example.com").err, diag.CauseTrust, "git-auth", "not an https URL")
	wantProblem(t, fetch("token", secret).err, diag.CauseTrust, "git-auth", "both token and GitHub App")
}

// TestGitHubAppFaults has answers of the API that are no token.
func TestGitHubAppFaults(t *testing.T) {
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	text := string(pem.EncodeToMemory(&pem.Block{Type: "RSA PRIVATE KEY", Bytes: x509.MarshalPKCS1PrivateKey(key)}))
	tests := map[string]struct {
		answer func(w http.ResponseWriter)
		cause  diag.Cause
		code   string
	}{
		"redirect":    {status(302, "Location", "https://evil.example.com/"+secret), diag.CauseTrust, "git-redirect"},
		"unavailable": {status(503), diag.CauseRemote, "git-remote"},
		"not JSON":    {status(201), diag.CauseRemote, "git-remote"},
		"line break":  {func(w http.ResponseWriter) { w.WriteHeader(201); _, _ = io.WriteString(w, `{"token":"a\nb"}`) }, diag.CauseRemote, "git-remote"},
		"endless": {func(w http.ResponseWriter) {
			w.WriteHeader(201)
			for range 1 << 12 {
				if _, err := w.Write(make([]byte, 1<<16)); err != nil {
					return
				}
			}
		}, diag.CauseRemote, "git-remote"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			api, auth := serve(t, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { tt.answer(w) }))
			keys := with(auth, "githubAppID", "12", "githubAppInstallationID", "34", "githubAppPrivateKey", text, "githubAppBaseURL", api.URL)
			got := fetchFrom(t, &Remote{URL: "https://127.0.0.1:1/web.git", Auth: keys, Timeout: 3 * time.Second}, "")
			wantProblem(t, got.err, tt.cause, tt.code, "")
		})
	}
}
