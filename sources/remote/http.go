package remote

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"confit/render/diag"

	"github.com/go-git/go-git/v5/plumbing"
)

const (
	service      = "git-upload-pack"
	listing      = "/info/refs"
	listingQuery = "service=" + service
	maxRedirects = 5

	// userAgent starts like git's own: some hosts turn others away.
	userAgent = "git/confit"
)

// An httpTransport speaks Git over https (gitprotocol-http(5)).
type httpTransport struct {
	to     *endpoint
	env    []string
	path   string // of the repository, escaped; a redirect may change it
	client *http.Client
	body   io.ReadCloser // of the last response
	token  string        // of a GitHub App
}

func newHTTPTransport(to *endpoint, env []string) *httpTransport {
	return &httpTransport{to: to, env: env, path: to.path, client: newClient(to, env)}
}

// newClient makes a client for one origin; it follows no redirect.
func newClient(to *endpoint, env []string) *http.Client {
	return &http.Client{
		Transport: &http.Transport{
			Proxy:                  func(r *http.Request) (*url.URL, error) { return proxyFor(env, r.URL) },
			DialContext:            (&net.Dialer{}).DialContext,
			TLSClientConfig:        to.tlsConfig(),
			ForceAttemptHTTP2:      true,
			DisableCompression:     true, // the bounds are those of the bytes that come
			MaxResponseHeaderBytes: 64 << 10,
			OnProxyConnectResponse: to.proxyAnswer,
		},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
}

func (h *httpTransport) open(ctx context.Context) (io.Reader, error) {
	if err := h.authorize(ctx); err != nil {
		return nil, err
	}
	for range maxRedirects {
		resp, err := h.do(ctx, http.MethodGet, listing, nil)
		if err != nil {
			return nil, err
		}
		if resp.StatusCode/100 != 3 || resp.Header.Get("Location") == "" {
			return h.content(resp, "application/x-git-upload-pack-advertisement")
		}
		if err := h.follow(resp); err != nil {
			return nil, err
		}
	}
	return nil, h.to.problem(diag.CauseTrust, "git-redirect", fmt.Sprintf("more than %d redirects", maxRedirects), "")
}

func (h *httpTransport) ask(ctx context.Context, request []byte) (io.Reader, error) {
	// A body that is read to its end gives its connection back.
	_, _ = io.CopyN(io.Discard, h.body, 4<<10)
	resp, err := h.do(ctx, http.MethodPost, "/"+service, request)
	if err != nil {
		return nil, err
	}
	if resp.StatusCode/100 == 3 {
		return nil, h.to.redirected(resp)
	}
	return h.content(resp, "application/x-git-upload-pack-result")
}

// close closes the body of the latest answer.
func (h *httpTransport) close() {
	if h.body != nil {
		h.body.Close()
		h.body = nil
	}
}

// do sends a request for a path below the repository's; a GET is for the refs.
func (h *httpTransport) do(ctx context.Context, method, path string, body []byte) (*http.Response, error) {
	req, err := http.NewRequestWithContext(ctx, method, h.to.origin()+h.path+path, bytes.NewReader(body))
	if err != nil {
		return nil, h.to.protocolProblem(err)
	}
	req.Header.Set("User-Agent", userAgent)
	if method == http.MethodGet {
		req.URL.RawQuery = listingQuery
		req.Header.Set("Accept", "application/x-git-upload-pack-advertisement")
	} else {
		req.Header.Set("Content-Type", "application/x-git-upload-pack-request")
		req.Header.Set("Accept", "application/x-git-upload-pack-result")
	}
	switch {
	case h.token != "":
		req.SetBasicAuth("x-access-token", h.token)
	case h.to.bearer != "":
		req.Header.Set("Authorization", "Bearer "+h.to.bearer)
	case h.to.pass != "":
		req.SetBasicAuth(h.to.name, h.to.pass)
	}
	h.close()
	resp, err := h.client.Do(req)
	if err != nil {
		h.to.detailRequest(method, h.path+path, "no answer")
		return nil, h.to.noResponse(err)
	}
	h.to.detailRequest(method, h.path+path, "status "+strconv.Itoa(resp.StatusCode))
	h.body = resp.Body
	return resp, nil
}

// content gives the body of a good answer.
func (h *httpTransport) content(resp *http.Response, kind string) (io.Reader, error) {
	if resp.StatusCode != http.StatusOK {
		return nil, h.to.badStatus(resp, time.Now())
	}
	if got, _, _ := strings.Cut(resp.Header.Get("Content-Type"), ";"); !strings.EqualFold(strings.TrimSpace(got), kind) {
		if isDumbListing(resp.Body) {
			return nil, h.to.problem(diag.CauseRemote, "git-remote", "the server has only the files of the repository (Git's dumb protocol), which confit does not speak",
				"put git http-backend before the repository, or fetch over ssh")
		}
		return nil, h.to.problem(diag.CauseRemote, "git-remote", "this is not a Git server (or a login page)", "is this the URL that git clone takes?")
	}
	return resp.Body, nil
}

// isDumbListing is true for the file info/refs that git update-server-info writes: hash, tab, name.
func isDumbListing(body io.Reader) bool {
	head := make([]byte, 41)
	_, err := io.ReadFull(body, head)
	return err == nil && plumbing.IsHash(string(head[:40])) && head[40] == '\t'
}

// follow goes where a redirect of the first request leads, if that is a repository of the
// same origin.
func (h *httpTransport) follow(resp *http.Response) error {
	to, err := resp.Location()
	if err != nil || !h.to.sameOrigin(to) {
		return h.to.redirected(resp)
	}
	path, ok := strings.CutSuffix(to.EscapedPath(), listing)
	if !ok || to.RawQuery != listingQuery {
		return h.to.problem(diag.CauseTrust, "git-redirect", "redirects to a page that is no repository (a login page?)",
			"is this the URL that git clone takes, and does it need auth:?")
	}
	h.path = path
	return nil
}

func (a address) sameOrigin(u *url.URL) bool {
	to := u.Port()
	if to == "" {
		to = defaultPort(u.Scheme)
	}
	return u.Scheme == a.scheme && strings.EqualFold(u.Hostname(), a.host) && to == a.port
}

// redirected names the origin that a redirect leads to, and no more of it: the rest may
// hold a token.
func (a address) redirected(resp *http.Response) error {
	where := "nowhere"
	if to, err := resp.Location(); err == nil {
		where = diag.Quoted(shorten(to.Scheme+"://"+to.Host, 300))
	}
	return a.problem(diag.CauseTrust, "git-redirect", "redirects to "+where+", which is not followed",
		"credentials go to the configured origin only; if the repository has moved, write its new URL")
}

// badStatus is the error of an answer that is not good. Its body is not looked at: some
// servers repeat what they were sent.
func (t *endpoint) badStatus(resp *http.Response, now time.Time) error {
	code := resp.StatusCode
	after := retryAfter(resp.Header, now)
	switch {
	case passingStatus(code), code == http.StatusForbidden && after > 0: // GitHub's rate limit
		return transientError{reason: "the server answers " + statusText(code), after: after}
	case code == http.StatusUnauthorized, code == http.StatusForbidden:
		hint := "put a credential that is still valid and may read this repository into the Secret of auth:"
		if t.offers == "nothing" {
			hint = httpsShapes
		}
		return t.problem(diag.CauseTrust, "git-auth", "the server refuses: "+statusText(code)+"; it was offered "+t.offers, hint)
	case code == http.StatusProxyAuthRequired:
		return t.proxyStatus(code)
	case code == http.StatusNotFound, code == http.StatusGone:
		hint := "check the path; many servers say so of a private repository too, and this one was offered " + t.offers
		for _, page := range []string{"/-/", "/tree/", "/blob/", "/src/branch/"} {
			if repo, _, ok := strings.Cut(t.path, page); ok {
				hint = "this is the address of a page; is " + diag.Quoted(t.origin()+repo) + " the repository?"
				break
			}
		}
		return t.problem(diag.CauseRemote, "git-not-found", "the server has no such repository", hint)
	}
	return t.problem(diag.CauseRemote, "git-remote", "the server answers "+statusText(code), "")
}

// passingStatus is true for a status that another try may cure.
func passingStatus(code int) bool {
	return code == http.StatusRequestTimeout || code == http.StatusTooEarly || code == http.StatusTooManyRequests || code >= 500
}

func statusText(code int) string {
	return strings.TrimSpace("status " + strconv.Itoa(code) + " " + http.StatusText(code))
}

// noResponse is the error of a request without an answer.
func (t *endpoint) noResponse(err error) error {
	if isProblem(err) {
		return networkFault(err)
	}
	if p := t.tlsProblem(err); p != nil {
		return p
	}
	return networkFault(err)
}
