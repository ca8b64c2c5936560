package remote

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"confit/render"

	"golang.org/x/net/http/httpproxy"
)

const (
	service      = "git-upload-pack"
	listing      = "/info/refs"
	listingQuery = "service=" + service
	maxRedirects = 5
)

// userAgent starts like git's own: some hosts turn others away.
const userAgent = "git/confit"

// A web is the link to a server that speaks Git over https (gitprotocol-http(5)).
type web struct {
	to     *target
	env    []string
	base   string // the escaped path of the repository; a redirect may move it
	client *http.Client
	body   io.ReadCloser // of the last response
	token  string        // of a GitHub App
}

func newWeb(to *target, env []string) *web {
	return &web{to: to, env: env, base: to.path, client: newClient(to, env)}
}

// newClient makes a client for one origin; it follows no redirect.
func newClient(to *target, env []string) *http.Client {
	proxy := httpproxy.Config{
		HTTPProxy:  variable(env, "HTTP_PROXY", "http_proxy"),
		HTTPSProxy: variable(env, "HTTPS_PROXY", "https_proxy"),
		NoProxy:    variable(env, "NO_PROXY", "no_proxy"),
	}
	choose := proxy.ProxyFunc()
	transport := &http.Transport{
		Proxy:                  func(r *http.Request) (*url.URL, error) { return choose(r.URL) },
		DialContext:            (&net.Dialer{}).DialContext,
		TLSClientConfig:        to.tlsConfig(),
		ForceAttemptHTTP2:      true,
		DisableCompression:     true, // what is bounded is then what was read
		MaxResponseHeaderBytes: 64 << 10,
		OnProxyConnectResponse: to.proxyAnswer,
	}
	return &http.Client{
		Transport:     transport,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
}

// variable gives the first of names that is set and not empty.
func variable(env []string, names ...string) string {
	for _, name := range names {
		for _, pair := range env {
			if v, ok := strings.CutPrefix(pair, name+"="); ok && v != "" {
				return v
			}
		}
	}
	return ""
}

func (w *web) list(ctx context.Context) (io.Reader, error) {
	if err := w.authorize(ctx); err != nil {
		return nil, err
	}
	for range maxRedirects {
		resp, err := w.send(ctx, http.MethodGet, listing, nil)
		if err != nil {
			return nil, err
		}
		if resp.StatusCode/100 == 3 && resp.Header.Get("Location") != "" {
			if err := w.follow(resp); err != nil {
				return nil, err
			}
			continue
		}
		return w.content(resp, "application/x-git-upload-pack-advertisement")
	}
	return nil, w.to.problem(render.CauseTrust, "git-redirect", "more than %d redirects", maxRedirects)
}

func (w *web) ask(ctx context.Context, request []byte) (io.Reader, error) {
	// Read to its end, a body gives its connection back.
	_, _ = io.CopyN(io.Discard, w.body, 4<<10)
	resp, err := w.send(ctx, http.MethodPost, "/"+service, request)
	if err != nil {
		return nil, err
	}
	if resp.StatusCode/100 == 3 {
		return nil, w.to.redirected(resp)
	}
	return w.content(resp, "application/x-git-upload-pack-result")
}

func (w *web) close() {
	if w.body != nil {
		w.body.Close()
		w.body = nil
	}
}

func (w *web) send(ctx context.Context, method, path string, body []byte) (*http.Response, error) {
	u := &url.URL{Scheme: w.to.scheme, Host: strings.TrimPrefix(w.to.origin(), w.to.scheme+"://")}
	u.RawPath = w.base + path
	u.Path, _ = url.PathUnescape(u.RawPath)
	req := (&http.Request{Method: method, URL: u, Header: http.Header{}}).WithContext(ctx)
	req.Header.Set("User-Agent", userAgent)
	if body == nil {
		u.RawQuery = listingQuery
		req.Header.Set("Accept", "application/x-git-upload-pack-advertisement")
	} else {
		req.Body, req.ContentLength = io.NopCloser(bytes.NewReader(body)), int64(len(body))
		req.GetBody = func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(body)), nil }
		req.Header.Set("Content-Type", "application/x-git-upload-pack-request")
		req.Header.Set("Accept", "application/x-git-upload-pack-result")
	}
	switch {
	case w.token != "":
		req.SetBasicAuth("x-access-token", w.token)
	case w.to.bearer != "":
		req.Header.Set("Authorization", "Bearer "+w.to.bearer)
	case w.to.pass != "":
		req.SetBasicAuth(w.to.name, w.to.pass)
	}
	w.close()
	resp, err := w.client.Do(req)
	if err != nil {
		return nil, w.to.unreached(err)
	}
	w.body = resp.Body
	return resp, nil
}

// content gives the body of a good answer.
func (w *web) content(resp *http.Response, kind string) (io.Reader, error) {
	if resp.StatusCode != http.StatusOK {
		return nil, w.to.status(resp, time.Now())
	}
	if got, _, _ := strings.Cut(resp.Header.Get("Content-Type"), ";"); !strings.EqualFold(strings.TrimSpace(got), kind) {
		p := w.to.problem(render.CauseRemote, "git-remote", "this is not a Git server (or a login page)")
		p.Hint = "is this the URL that git clone takes?"
		return nil, p
	}
	return resp.Body, nil
}

// follow goes where a redirect of the first request leads, if that is a repository of the
// same origin.
func (w *web) follow(resp *http.Response) error {
	to, err := resp.Location()
	if err != nil || !w.to.sameOrigin(to) {
		return w.to.redirected(resp)
	}
	base, ok := strings.CutSuffix(to.EscapedPath(), listing)
	if !ok || to.RawQuery != listingQuery {
		p := w.to.problem(render.CauseTrust, "git-redirect", "redirects to a page that is no repository (a login page?)")
		p.Hint = "is this the URL that git clone takes, and does it need auth:?"
		return p
	}
	w.base = base
	return nil
}

func (a address) sameOrigin(u *url.URL) bool {
	to := u.Port()
	if to == "" {
		to = port(u.Scheme)
	}
	return u.Scheme == a.scheme && strings.EqualFold(u.Hostname(), a.host) && to == a.port
}

// redirected names the origin that a redirect leads to, and no more of it: the rest may
// hold a token.
func (a address) redirected(resp *http.Response) error {
	where := "nowhere"
	if to, err := resp.Location(); err == nil {
		where = render.Quoted(cut(to.Scheme+"://"+to.Host, 300))
	}
	p := a.problem(render.CauseTrust, "git-redirect", "redirects to %s, which is not followed", where)
	p.Hint = "credentials go to the configured origin only; if the repository has moved, write its new URL"
	return p
}

// status is the error of an answer that is not good. Its body is not looked at: some
// servers repeat what they were sent.
func (t *target) status(resp *http.Response, now time.Time) error {
	code := resp.StatusCode
	after := retryAfter(resp.Header, now)
	says := statusText(code)
	switch {
	case code == http.StatusRequestTimeout, code == http.StatusTooEarly, code == http.StatusTooManyRequests, code >= 500,
		code == http.StatusForbidden && after > 0: // GitHub's rate limit
		return hiccup{reason: "the server answers " + says, after: after}
	case code == http.StatusUnauthorized, code == http.StatusForbidden:
		p := t.problem(render.CauseTrust, "git-auth", "the server refuses: %s; it was offered %s", says, t.shape)
		p.Hint = "put a credential that is still valid and may read this repository into the Secret of auth:"
		if t.shape == "nothing" {
			p.Hint = httpsShapes
		}
		return p
	case code == http.StatusProxyAuthRequired:
		return t.proxyAuth()
	case code == http.StatusNotFound, code == http.StatusGone:
		p := t.problem(render.CauseRemote, "git-not-found", "the server has no such repository")
		p.Hint = "check the path; many servers say so of a private repository too, and this one was offered " + t.shape
		return p
	}
	return t.problem(render.CauseRemote, "git-remote", "the server answers %s", says)
}

func statusText(code int) string {
	return strings.TrimSpace("status " + strconv.Itoa(code) + " " + http.StatusText(code))
}

func (t *target) proxyAuth() error {
	p := t.problem(render.CauseTrust, "git-auth", "the proxy wants another user or password")
	p.Hint = "set them in HTTPS_PROXY, from a Secret: http://user:password@proxy:port"
	return p
}

func (t *target) proxyAnswer(_ context.Context, _ *url.URL, _ *http.Request, resp *http.Response) error {
	switch resp.StatusCode {
	case http.StatusOK:
		return nil
	case http.StatusProxyAuthRequired:
		return t.proxyAuth()
	}
	return hiccup{reason: "the proxy answers " + statusText(resp.StatusCode)}
}

// unreached is the error of a request that got no answer.
func (t *target) unreached(err error) error {
	var (
		problem *render.Problem
		passing hiccup
	)
	switch {
	case errors.As(err, &problem):
		return problem
	case errors.As(err, &passing):
		return passing
	}
	if p := t.tlsProblem(err); p != nil {
		return p
	}
	return broken(err)
}
