package remote

import (
	"context"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"confit/render/diag"

	"golang.org/x/net/http/httpproxy"
)

// proxies are those of the environment.
func proxies(env []string) *httpproxy.Config {
	c := &httpproxy.Config{}
	_, c.HTTPProxy = variable(env, "HTTP_PROXY")
	_, c.HTTPSProxy = variable(env, "HTTPS_PROXY")
	_, c.NoProxy = variable(env, "NO_PROXY")
	return c
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

// checkProxy is the error of a proxy variable that is for a, and is no URL of a proxy.
// httpproxy drops such a variable without a word, and the connection would be direct. The
// value may hold a password, so it is not shown.
func (a address) checkProxy(env []string) error {
	name, value := variable(env, strings.ToUpper(a.scheme)+"_PROXY")
	if value == "" || a.scheme == "ssh" {
		return nil
	}
	config := proxies(env)
	config.HTTPProxy, config.HTTPSProxy = "proxy.invalid", "proxy.invalid"
	counts, _ := config.ProxyFunc()(&url.URL{Scheme: a.scheme, Host: a.hostPort()})
	if counts == nil || isProxyURL(value) { // NO_PROXY may name the host
		return nil
	}
	return a.problem(diag.CauseSpec, "git-proxy", "the variable "+name+" is not the URL of a proxy",
		"write http://host:port, or http://user:password@host:port with a % of the password as %25, a / as %2F and an @ as %40")
}

func isProxyURL(s string) bool {
	if !strings.Contains(s, "://") {
		s = "http://" + s
	}
	u, err := url.Parse(s)
	return err == nil && u.Hostname() != "" && !strings.Contains(u.Path, "@") && slices.Contains([]string{"http", "https", "socks5", "socks5h"}, u.Scheme)
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
