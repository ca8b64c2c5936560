package notify

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"strings"
	"time"

	"confit/render/diag"
)

// requestTime bounds one request: some applications answer after they have reloaded.
const requestTime = 30 * time.Second

// HTTP is a POST without a body. Any status from 200 to 299 is a success.
type HTTP struct{ url *url.URL }

// ParseURL reads a URL of a loopback address; POST may stand before it. Its error does not
// show the text: a URL can hold a password.
func ParseURL(text string) (HTTP, error) {
	method, rest, found := strings.Cut(text, " ")
	if found {
		if method != http.MethodPost {
			return HTTP{}, errors.New("the request is a POST")
		}
		text = strings.TrimSpace(rest)
	}
	u, err := url.Parse(text)
	switch {
	case err != nil || u.Scheme != "http" || u.Host == "" || u.Opaque != "":
		return HTTP{}, errors.New("this is no URL like http://localhost:9090/-/reload")
	case u.User != nil:
		return HTTP{}, errors.New("the URL holds a user or a password, which logs would show")
	case len(addresses(u.Hostname())) == 0:
		return HTTP{}, errors.New("the host is no loopback address: localhost, 127.0.0.1 or [::1]")
	}
	u.Fragment = ""
	return HTTP{u}, nil
}

// addresses are the loopback addresses of a host; none for any other host. No name is looked
// up.
func addresses(host string) []string {
	if host == "localhost" {
		return []string{"127.0.0.1", "::1"}
	}
	if ip, err := netip.ParseAddr(host); err == nil && ip.Unmap().IsLoopback() {
		return []string{host}
	}
	return nil
}

func (h HTTP) String() string { return "POST " + h.url.String() }

// Notify sends the request once. It follows no redirect, and uses no proxy.
func (h HTTP) Notify(ctx context.Context) (string, error) {
	ctx, cancel := context.WithTimeout(ctx, requestTime)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, h.url.String(), nil)
	if err != nil {
		return "", h.problem(err.Error(), "")
	}
	transport := &http.Transport{DialContext: dial, DisableKeepAlives: true}
	resp, err := transport.RoundTrip(req)
	if err != nil {
		return "", h.problem(reason(err), "is the application listening there?")
	}
	defer resp.Body.Close()
	_, _ = io.Copy(io.Discard, io.LimitReader(resp.Body, 64<<10)) // the answer says nothing that is needed
	if resp.StatusCode < 200 || resp.StatusCode > 299 {
		return "", h.problem(fmt.Sprintf("status %d", resp.StatusCode), "the application did not take its new configuration; its own log says why")
	}
	return fmt.Sprintf("%s: status %d", h, resp.StatusCode), nil
}

func (h HTTP) problem(text, hint string) error {
	return &diag.Problem{Cause: diag.CauseRemote, Code: "notify", Text: h.String() + ": " + text, Hint: hint}
}

// reason is the innermost text of a network error.
func reason(err error) string {
	if errors.Is(err, context.DeadlineExceeded) {
		return "no answer within " + requestTime.String()
	}
	for inner := err; inner != nil; inner = errors.Unwrap(inner) {
		err = inner
	}
	return err.Error()
}

// dial connects to the first loopback address of the host that answers.
func dial(ctx context.Context, network, address string) (conn net.Conn, err error) {
	host, port, err := net.SplitHostPort(address)
	if err != nil {
		return nil, err
	}
	for i, ip := range addresses(host) {
		var d net.Dialer
		c, e := d.DialContext(ctx, network, net.JoinHostPort(ip, port))
		if e == nil {
			return c, nil
		}
		if i == 0 {
			err = e
		}
	}
	return nil, err
}
