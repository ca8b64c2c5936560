package git

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"confit/integration/gitserver"
)

// A login is a server, the Secret for it, and the outcome.
type login struct {
	server gitserver.HTTPOptions
	secret map[string]string
	status int
	text   string
}

// serve starts the server of a login with a repository. It writes the Secret and the
// certificate of the server's CA to auth.
func (w *world) serve(l login) *gitserver.TestRepo {
	repo := w.Repo("site.git", site())
	s := w.HTTP(l.server)
	for name, text := range l.secret {
		text = strings.NewReplacer("<cert>", string(s.Cert), "<key>", string(s.Key), "<url>", s.URL).Replace(text)
		w.write("auth/"+name, text)
	}
	if len(s.CA) > 0 {
		w.write("auth/ca.crt", string(s.CA))
	}
	w.spec(s.URL)
	return repo
}

// Each kind of Secret is accepted by the server that asks for it, and by no other.
func TestGitAuth(t *testing.T) {
	token := gitserver.HTTPOptions{Token: password}
	basic := gitserver.HTTPOptions{Username: "robot", Password: password}
	cert := gitserver.HTTPOptions{ClientCert: true}
	for name, l := range map[string]login{
		"token":                   {token, map[string]string{"token": password + "\n"}, 0, ""},
		"bearerToken":             {token, map[string]string{"bearerToken": password}, 0, ""},
		"another token":           {token, map[string]string{"token": "other"}, 77, "it was offered token"},
		"a token of two lines":    {token, map[string]string{"token": password + "\n" + password}, 77, "spaces or control characters"},
		"basic":                   {basic, map[string]string{"username": "robot", "password": password}, 0, ""},
		"another password":        {basic, map[string]string{"username": "robot", "password": password + "x"}, 77, "username and password"},
		"no password":             {basic, map[string]string{"username": "robot"}, 77, "is missing or empty"},
		"basic and token":         {basic, map[string]string{"username": "robot", "password": password, "token": password}, 77, "both"},
		"nothing but a ca":        {gitserver.HTTPOptions{}, nil, 0, ""},
		"nothing, and it matters": {basic, nil, 77, "it was offered nothing"},
		"client certificate":      {cert, map[string]string{"tls.crt": "<cert>", "tls.key": "<key>"}, 0, ""},
		"no client certificate":   {cert, nil, 77, "client certificate"},
		"a certificate alone":     {cert, map[string]string{"tls.crt": "<cert>"}, 77, "tls.crt and tls.key"},
		"an ssh key":              {basic, map[string]string{"ssh-privatekey": password}, 77, "the URL is https"},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			repo := w.serve(l)
			if l.secret["ssh-privatekey"] != "" {
				must(t, os.Remove(filepath.Join(w.dir, "auth/ca.crt")))
			}
			w.want(l.status, []string{"render", "--log-format", "json"}, l.text)
			if l.status == 0 {
				w.wantOutputs(repo.Archive("HEAD", ""))
			} else {
				w.wantNoOutputs()
			}
		})
	}
}

// A GitHub App gets its token with a signature. A wrong key or app is refused. Neither the
// key nor the token is shown.
func TestGitHubApp(t *testing.T) {
	app, err := gitserver.NewApp(7, 11)
	must(t, err)
	other, err := gitserver.NewApp(7, 11)
	must(t, err)
	for name, tc := range map[string]struct {
		key    []byte
		id     string
		status int
		text   string
	}{
		"the key":       {app.Key, "7", 0, ""},
		"another key":   {other.Key, "7", 77, "git-auth"},
		"another app":   {app.Key, "8", 77, "git-auth"},
		"no key at all": {[]byte("hunter2"), "7", 77, "not an RSA key"},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			repo := w.serve(login{server: gitserver.HTTPOptions{App: app}, secret: map[string]string{
				"githubAppID": tc.id, "githubAppInstallationID": "11", "githubAppPrivateKey": string(tc.key), "githubAppBaseURL": "<url>/api/v3",
			}})
			r := w.want(tc.status, []string{"render", "--log-format", "json"}, tc.text)
			if strings.Contains(r.stderr, "PRIVATE KEY") || strings.Contains(r.stderr, "ghs_") || strings.Contains(r.stderr, "hunter2") {
				t.Errorf("it says %s", r.stderr)
			}
			if tc.status == 0 {
				w.wantOutputs(repo.Archive("HEAD", ""))
			} else {
				w.wantNoOutputs()
			}
		})
	}
}

// Plain http needs allowHTTP, and never carries a credential.
func TestGitPlain(t *testing.T) {
	for name, tc := range map[string]struct {
		fields []string
		status int
		text   string
	}{
		"allowed":         {[]string{"allowHTTP: true"}, 0, ""},
		"not allowed":     {nil, 78, "set allowHTTP: true"},
		"with a password": {[]string{"allowHTTP: true", "auth: auth"}, 78, "credentials are not sent over http"},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			repo := w.Repo("site.git", site())
			s := w.HTTP(gitserver.HTTPOptions{Plain: true})
			w.write("auth/username", "robot")
			w.write("auth/password", password)
			w.write("confit.yaml", pipe("- git: "+s.URL+"/site.git\n    name: site\n    "+strings.Join(tc.fields, "\n    "), "- copy: site:**"))
			w.want(tc.status, render, tc.text)
			if tc.status != 0 {
				w.wantNoOutputs()
				if s.Conns() != 0 {
					t.Errorf("the server was asked %v", s.Requests())
				}
				return
			}
			w.wantOutputs(repo.Archive("HEAD", ""))
		})
	}
}

// A URL with a credential in it is refused, and no message repeats it.
func TestGitURL(t *testing.T) {
	for _, url := range []string{
		"https://robot:hunter2@127.0.0.1/site.git", "https://hunter2@127.0.0.1/site.git", "https://127.0.0.1/site.git?token=hunter2",
		"ssh://git:hunter2@127.0.0.1/site.git", "git:hunter2@127.0.0.1:site.git", "file:///hunter2/site.git", "git://127.0.0.1/hunter2.git",
		"ext::sh -c hunter2", "/hunter2/site.git", "hunter2", "https://127.0.0.1:99999/hunter2.git",
	} {
		t.Run(url, func(t *testing.T) {
			for _, name := range []string{"", "\n    name: site"} {
				w := newWorld(t)
				w.write("confit.yaml", pipe("- git: '"+url+"'"+name, "- {inline: x, to: x}"))
				for _, verb := range []string{"render", "validate", "explain", "diff"} {
					if r := w.want(78, []string{verb}, "URL"); strings.Contains(r.stdout+r.stderr, "hunter2") {
						t.Errorf("%s says %s%s", verb, r.stdout, r.stderr)
					}
				}
				w.wantNoOutputs()
			}
			w := newWorld(t)
			if r := w.want(64, []string{"render", "--source", "git:" + url, "--values", ".=x.yaml", "--out", "out"}); strings.Contains(r.stderr, "hunter2") {
				t.Errorf("as a flag: %s", r.stderr)
			}
		})
	}
}
