package remote

import (
	"context"
	"net/http"
	"net/url"
	"strings"

	"confit/render"

	"golang.org/x/net/http/httpproxy"
)

// proxies are those of the environment.
func proxies(env []string) *httpproxy.Config {
	return &httpproxy.Config{
		HTTPProxy:  variable(env, "HTTP_PROXY", "http_proxy"),
		HTTPSProxy: variable(env, "HTTPS_PROXY", "https_proxy"),
		NoProxy:    variable(env, "NO_PROXY", "no_proxy"),
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

func (t *endpoint) proxyAnswer(_ context.Context, _ *url.URL, _ *http.Request, resp *http.Response) error {
	if resp.StatusCode == http.StatusOK {
		return nil
	}
	return t.proxyStatus(resp.StatusCode)
}

// proxyStatus is the error of a proxy that lets nothing through.
func (t *endpoint) proxyStatus(code int) error {
	switch {
	case code == http.StatusProxyAuthRequired:
		return t.problem(render.CauseTrust, "git-auth", "the proxy wants another user or password",
			"set them in HTTPS_PROXY, from a Secret: http://user:password@proxy:port")
	}
	return transientError{reason: "the proxy answers " + statusText(code)}
}
