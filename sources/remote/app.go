package remote

import (
	"context"
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"

	"confit/render/diag"

	"golang.org/x/crypto/ssh"
)

// maxToken is how long the answer of GitHub with a token may be.
const maxToken = 64 << 10

// An app is a GitHub App, which signs for a token that is good for an hour.
type app struct {
	id  string
	key *rsa.PrivateKey
	api address // where its tokens are made
}

func (t *endpoint) readApp(auth map[string][]byte) (string, error) {
	id, hasID := value(auth, "githubAppID")
	installation, hasInstallation := value(auth, "githubAppInstallationID")
	text, hasKey := value(auth, "githubAppPrivateKey")
	if !hasID && !hasInstallation && !hasKey {
		return "", nil
	}
	if !hasID || !hasInstallation || !hasKey {
		return "", t.badAuth("of githubAppID, githubAppInstallationID and githubAppPrivateKey one is missing", httpsShapes)
	}
	if id == "" || strings.Trim(id, letters+"0123456789.") != "" || installation == "" || strings.Trim(installation, "0123456789") != "" {
		return "", t.badAuth("githubAppID or githubAppInstallationID is not a number", httpsShapes)
	}
	any, _ := ssh.ParseRawPrivateKey([]byte(text))
	key, ok := any.(*rsa.PrivateKey)
	if !ok {
		return "", t.badAuth("githubAppPrivateKey is not an RSA key in PEM form", httpsShapes)
	}
	base, hasBase := value(auth, "githubAppBaseURL")
	if !hasBase {
		base = "https://api.github.com"
	}
	api, err := parseURL(strings.TrimRight(base, "/") + "/app/installations/" + installation + "/access_tokens")
	if err != nil || api.scheme != "https" {
		return "", t.badAuth("githubAppBaseURL is not an https URL", "for GitHub Enterprise it is https://HOST/api/v3")
	}
	t.app = &app{id: id, key: key, api: api}
	return "GitHub App", nil
}

// jwt says, for the next minutes, that we are the app (RFC 7519, RS256). It starts a
// minute ago: clocks differ.
func (a *app) jwt(now time.Time) (string, error) {
	part := base64.RawURLEncoding.EncodeToString
	claims := fmt.Sprintf(`{"iat":%d,"exp":%d,"iss":"%s"}`, now.Add(-time.Minute).Unix(), now.Add(8*time.Minute).Unix(), a.id)
	text := part([]byte(`{"alg":"RS256","typ":"JWT"}`)) + "." + part([]byte(claims))
	sum := sha256.Sum256([]byte(text))
	signature, err := rsa.SignPKCS1v15(rand.Reader, a.key, crypto.SHA256, sum[:])
	return text + "." + part(signature), err
}

// authorize gets the token of a GitHub App, once.
func (h *httpTransport) authorize(ctx context.Context) error {
	if h.to.app == nil || h.token != "" {
		return nil
	}
	api := &endpoint{address: h.to.app.api, credentials: h.to.credentials}
	api.cert = nil // it is for the server of the repository
	client := newClient(api, h.env)
	defer client.CloseIdleConnections()
	var err error
	h.token, err = api.appToken(ctx, client)
	var transient transientError
	if errors.As(err, &transient) {
		transient.reason = api.origin() + ": " + transient.reason
		return transient
	}
	return err
}

func (t *endpoint) appToken(ctx context.Context, client *http.Client) (string, error) {
	jwt, err := t.app.jwt(time.Now())
	if err != nil {
		return "", t.badAuth("githubAppPrivateKey cannot sign", httpsShapes)
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, t.origin()+t.path, http.NoBody)
	if err != nil {
		return "", t.badAuth("githubAppBaseURL is not an https URL", httpsShapes)
	}
	req.Header.Set("Authorization", "Bearer "+jwt)
	req.Header.Set("Accept", "application/vnd.github+json")
	req.Header.Set("User-Agent", "confit")
	resp, err := client.Do(req)
	if err != nil {
		return "", t.noResponse(err)
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusCreated {
		return "", t.appRefused(resp)
	}
	data, err := io.ReadAll(io.LimitReader(resp.Body, maxToken))
	if err != nil {
		return "", networkFault(err)
	}
	var answer struct {
		Token string `json:"token"`
	}
	if json.Unmarshal(data, &answer) != nil || !validHeaderToken(answer.Token) {
		return "", t.problem(diag.CauseRemote, "git-remote", "the answer holds no token for the GitHub App", "")
	}
	return answer.Token, nil
}

// appRefused is the error of an answer without token. GitHub says 404 for an installation
// that it does not have, and 422 for one that may not have what was asked.
func (t *endpoint) appRefused(resp *http.Response) error {
	switch code := resp.StatusCode; {
	case code/100 == 3:
		return t.redirected(resp)
	case code == http.StatusNotFound, code == http.StatusUnprocessableEntity, code == http.StatusUnauthorized,
		code == http.StatusForbidden && resp.Header.Get("Retry-After") == "":
		return t.problem(diag.CauseTrust, "git-auth", "the server does not accept the GitHub App: "+statusText(code),
			"do githubAppID, githubAppInstallationID and githubAppPrivateKey belong together, and is the app installed?")
	}
	return t.badStatus(resp, time.Now())
}
