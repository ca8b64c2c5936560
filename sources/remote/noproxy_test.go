package remote

import (
	"net/url"
	"strings"
	"testing"

	"golang.org/x/net/http/httpproxy"
)

// NO_PROXY means what it means to other programs written in Go.
func FuzzNoProxy(f *testing.F) {
	for _, noProxy := range []string{
		"", "*", "example.com", ".example.com", "*.example.com", "EXAMPLE.com:443, other.org", "10.0.0.0/8",
		"10.1.2.3", "10.1.2.3:443", "[fd00::1]:443", "fd00::/8", "localhost", ":443", "::1", "[fd00::1]", ",,", "*:443",
		"::ffff:10.1.2.3", "example.com.", "10.0.0.0/33", "a*b", "*.", ".", "[", "[]:443", "[]",
	} {
		for _, u := range []string{
			"https://example.com/a", "https://git.example.com", "http://example.com:443", "https://10.1.2.3", "https://10.1.2.3:8443",
			"https://[fd00::1]", "https://localhost:8443", "http://127.0.0.9", "https://[::ffff:10.1.2.3]", "https://Example.COM",
			"https://[::1]", "https://notexample.com", "https://[fe80::1%25eth0]", "https://2.3", "https://a*b",
		} {
			f.Add(noProxy, u)
		}
	}
	f.Fuzz(func(t *testing.T, noProxy, address string) {
		u, err := url.Parse(address)
		if err != nil || !isASCII(address) || !isASCII(noProxy) || u.Scheme != "http" && u.Scheme != "https" || !hostName(u.Hostname()) || u.Hostname() != strings.ToLower(u.Hostname()) {
			t.Skip() // as an address that a Git source has
		}
		c := httpproxy.Config{HTTPProxy: "proxy:3128", HTTPSProxy: "proxy:3129", NoProxy: noProxy}
		want, _ := c.ProxyFunc()(u)
		got, err := proxyFor([]string{"http_proxy=proxy:3128", "https_proxy=proxy:3129", "no_proxy=" + noProxy}, u)
		if err != nil || (got == nil) != (want == nil) || got != nil && got.String() != want.String() {
			t.Errorf("NO_PROXY=%q %s: the proxy is %v, of httpproxy %v, %v", noProxy, address, got, want, err)
		}
	})
}

func isASCII(s string) bool {
	for _, r := range s {
		if r > 0x7e {
			return false
		}
	}
	return true
}
