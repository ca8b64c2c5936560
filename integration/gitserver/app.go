package gitserver

import (
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"time"
)

// An App is a GitHub App and the part of GitHub's API that gives it tokens, each
// for an hour. A server with this App takes them as a bearer or a password.
type App struct {
	ID, Installation int64
	Key              []byte // PEM, as GitHub hands it out

	public *rsa.PublicKey
	mu     sync.Mutex
	tokens map[string]bool
}

// NewApp makes an App with a key of its own.
func NewApp(id, installation int64) (*App, error) {
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		return nil, err
	}
	block := &pem.Block{Type: "RSA PRIVATE KEY", Bytes: x509.MarshalPKCS1PrivateKey(key)}
	return &App{ID: id, Installation: installation, Key: pem.EncodeToMemory(block), public: &key.PublicKey, tokens: map[string]bool{}}, nil
}

// ServeHTTP answers POST /app/installations/ID/access_tokens, below any path.
func (a *App) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	path := fmt.Sprintf("/app/installations/%d/access_tokens", a.Installation)
	switch err := a.verify(bearer(r)); {
	case err != nil:
		reply(w, http.StatusUnauthorized, map[string]string{"message": err.Error()})
	case r.Method != http.MethodPost || !strings.HasSuffix(r.URL.Path, path):
		reply(w, http.StatusNotFound, map[string]string{"message": "Not Found"})
	default:
		reply(w, http.StatusCreated, map[string]string{
			"token": a.mint(), "expires_at": time.Now().Add(time.Hour).UTC().Format(time.RFC3339),
		})
	}
}

// Revoke ends all tokens given so far.
func (a *App) Revoke() {
	a.mu.Lock()
	defer a.mu.Unlock()
	clear(a.tokens)
}

func (a *App) mint() string {
	a.mu.Lock()
	defer a.mu.Unlock()
	token := "ghs_" + rand.Text()
	a.tokens[token] = true
	return token
}

func (a *App) minted(token string) bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.tokens[token]
}

func reply(w http.ResponseWriter, status int, body any) {
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(body)
}

// verify holds a JWT to the rules of GitHub: RS256, ours, issued in the past, and
// for ten minutes at most.
func (a *App) verify(jwt string) error {
	var header struct{ Alg string }
	var claim struct {
		Iss      json.RawMessage // a number or its text
		Iat, Exp int64
	}
	parts := strings.Split(jwt, ".")
	if len(parts) != 3 || decode(parts[0], &header) != nil || decode(parts[1], &claim) != nil {
		return errors.New("no JSON web token")
	}
	signature, _ := base64.RawURLEncoding.DecodeString(parts[2])
	sum := sha256.Sum256([]byte(parts[0] + "." + parts[1]))
	now := time.Now().Unix()
	switch {
	case header.Alg != "RS256":
		return fmt.Errorf("alg is %q", header.Alg)
	case rsa.VerifyPKCS1v15(a.public, crypto.SHA256, sum[:], signature) != nil:
		return errors.New("bad signature")
	case strings.Trim(string(claim.Iss), `"`) != strconv.FormatInt(a.ID, 10):
		return fmt.Errorf("iss is %s", claim.Iss)
	case claim.Iat > now, claim.Exp <= now, claim.Exp > now+600:
		return fmt.Errorf("iat is now%+d, exp now%+d", claim.Iat-now, claim.Exp-now)
	}
	return nil
}

func decode(text string, into any) error {
	data, err := base64.RawURLEncoding.DecodeString(text)
	if err != nil {
		return err
	}
	return json.Unmarshal(data, into)
}
