package remote

import (
	"cmp"
	"context"
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"confit/render/diag"
)

// proxyFor gives the proxy of the environment for a URL, and nil for none.
func proxyFor(env []string, u *url.URL) (*url.URL, error) {
	name, value := variable(env, strings.ToUpper(u.Scheme)+"_PROXY")
	_, direct := variable(env, "NO_PROXY")
	if value == "" || goesDirect(direct, strings.ToLower(u.Hostname()), cmp.Or(u.Port(), defaultPort(u.Scheme))) {
		return nil, nil
	}
	if p := proxyURL(value); p != nil {
		return p, nil
	}
	return nil, errors.New("the variable " + name + " is not the URL of a proxy")
}

// variable gives the variable of that name in upper or lower case that is not empty.
func variable(env []string, upper string) (name, value string) {
	for _, name := range []string{upper, strings.ToLower(upper)} {
		for _, pair := range env {
			if v, ok := strings.CutPrefix(pair, name+"="); ok && v != "" {
				return name, v
			}
		}
	}
	return "", ""
}

// checkProxy is the error of a proxy variable that is for a, and is no URL of a proxy. The
// value may hold a password, so the error does not show it.
func (a address) checkProxy(env []string) error {
	if a.scheme == "ssh" {
		return nil
	}
	_, err := proxyFor(env, &url.URL{Scheme: a.scheme, Host: a.hostPort()})
	if err == nil {
		return nil
	}
	return a.problem(diag.CauseSpec, "git-proxy", err.Error(),
		"write http://host:port, or http://user:password@host:port with a % of the password as %25, a / as %2F and an @ as %40")
}

// proxyURL reads the value of a proxy variable; it gives nil for a value that names no proxy.
func proxyURL(s string) *url.URL {
	if !strings.Contains(s, "://") {
		s = "http://" + s
	}
	u, err := url.Parse(s)
	if err != nil || u.Hostname() == "" || strings.Contains(u.Path, "@") ||
		!slices.Contains([]string{"http", "https", "socks5", "socks5h"}, u.Scheme) {
		return nil
	}
	return u
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
		return t.problem(diag.CauseTrust, "git-auth", "the proxy wants another user or password",
			"set them in HTTPS_PROXY, from a Secret: http://user:password@proxy:port")
	case !passingStatus(code):
		return t.problem(diag.CauseRemote, "git-proxy", "the proxy refuses: "+statusText(code),
			"does the proxy let connections to "+t.hostPort()+" through? hosts that need no proxy are in NO_PROXY")
	}
	return transientError{reason: "the proxy answers " + statusText(code)}
}
