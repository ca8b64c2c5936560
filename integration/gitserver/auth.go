package gitserver

import (
	"net/http"
	"strings"
)

// guard lets those in who may, and answers for the App.
func (s *HTTP) guard(git http.Handler) http.Handler {
	o := s.options
	open := o.Password == "" && o.Token == "" && o.App == nil
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if o.V0 {
			r.Header.Del("Git-Protocol")
		}
		switch {
		case o.App != nil && strings.Contains(r.URL.Path, "/app/installations/"):
			o.App.ServeHTTP(w, r)
		case open || o.allows(r):
			git.ServeHTTP(w, r)
		default:
			w.Header().Set("WWW-Authenticate", `Basic realm="git"`)
			http.Error(w, "who are you?", http.StatusUnauthorized)
		}
	})
}

func (o HTTPOptions) allows(r *http.Request) bool {
	user, password, basic := r.BasicAuth()
	if basic && o.Password != "" && user == o.Username && password == o.Password {
		return true
	}
	token := bearer(r)
	if o.Token != "" && token == o.Token {
		return true
	}
	return o.App != nil && (o.App.minted(token) || basic && o.App.minted(password))
}

// bearer is the token of a request, or "".
func bearer(r *http.Request) string {
	token, ok := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
	if !ok {
		return ""
	}
	return token
}
