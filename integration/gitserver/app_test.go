package gitserver_test

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
	"net/http"
	"strings"
	"testing"
	"time"

	"confit/integration/gitserver"
)

func TestApp(t *testing.T) {
	app, err := gitserver.NewApp(1234567, 89)
	if err != nil {
		t.Fatal(err)
	}
	w := gitserver.For(t)
	w.Repo("r.git")
	s := w.HTTP(gitserver.HTTPOptions{Plain: true, App: app})
	now := time.Now().Unix()
	for name, test := range map[string]struct {
		claims string
		id     int
		status int
	}{
		"number":       {fmt.Sprintf(`{"iss":1234567,"iat":%d,"exp":%d}`, now-60, now+300), 89, 201},
		"text":         {fmt.Sprintf(`{"iss":"1234567","iat":%d,"exp":%d}`, now-60, now+300), 89, 201},
		"another app":  {fmt.Sprintf(`{"iss":1,"iat":%d,"exp":%d}`, now-60, now+300), 89, 401},
		"expired":      {fmt.Sprintf(`{"iss":1234567,"iat":%d,"exp":%d}`, now-60, now-1), 89, 401},
		"too long":     {fmt.Sprintf(`{"iss":1234567,"iat":%d,"exp":%d}`, now-60, now+6000), 89, 401},
		"not yet":      {fmt.Sprintf(`{"iss":1234567,"iat":%d,"exp":%d}`, now+100, now+300), 89, 401},
		"no claims":    {``, 89, 401},
		"installation": {fmt.Sprintf(`{"iss":1234567,"iat":%d,"exp":%d}`, now-60, now+300), 8, 404},
	} {
		t.Run(name, func(t *testing.T) {
			status, token := ask(t, s, test.id, jwt(t, app, `{"alg":"RS256"}`, test.claims))
			if status != test.status || (token != "") != (status == 201) {
				t.Fatalf("status %d and token %q, want status %d", status, token, test.status)
			}
			if token == "" {
				token = "none"
			}
			url := strings.Replace(s.URL, "//", "//x-access-token:"+token+"@", 1) + "/r.git"
			if out, err := newClient(t).try("ls-remote", url); (err == nil) != (status == 201) {
				t.Errorf("%v: %s", err, out)
			}
		})
	}
	good := fmt.Sprintf(`{"iss":1234567,"iat":%d,"exp":%d}`, now-60, now+300)
	if status, _ := ask(t, s, 89, jwt(t, app, `{"alg":"none"}`, good)); status != 401 {
		t.Errorf("alg none: status %d", status)
	}
	if status, _ := ask(t, s, 89, jwt(t, app, `{"alg":"RS256"}`, good)+"AAAA"); status != 401 {
		t.Errorf("another signature: status %d", status)
	}
	_, token := ask(t, s, 89, jwt(t, app, `{"alg":"RS256"}`, good))
	app.Revoke()
	if _, err := newClient(t).try("-c", "http.extraHeader=Authorization: Bearer "+token, "ls-remote", s.URL+"/r.git"); err == nil {
		t.Error("a revoked token is taken")
	}
}

func ask(t *testing.T, s *gitserver.HTTP, id int, jwt string) (int, string) {
	t.Helper()
	url := fmt.Sprintf("%s/api/v3/app/installations/%d/access_tokens", s.URL, id)
	r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, url, nil)
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Authorization", "Bearer "+jwt)
	resp, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	var body struct{ Token string }
	if err := json.NewDecoder(resp.Body).Decode(&body); err != nil {
		t.Fatal(err)
	}
	return resp.StatusCode, body.Token
}

func jwt(t *testing.T, app *gitserver.App, header, claims string) string {
	t.Helper()
	block, _ := pem.Decode(app.Key)
	key, err := x509.ParsePKCS1PrivateKey(block.Bytes)
	if err != nil {
		t.Fatal(err)
	}
	text := base64.RawURLEncoding.EncodeToString([]byte(header)) + "." + base64.RawURLEncoding.EncodeToString([]byte(claims))
	sum := sha256.Sum256([]byte(text))
	signature, err := rsa.SignPKCS1v15(rand.Reader, key, crypto.SHA256, sum[:])
	if err != nil {
		t.Fatal(err)
	}
	return text + "." + base64.RawURLEncoding.EncodeToString(signature)
}
