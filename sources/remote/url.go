package remote

import (
	"net"
	"net/url"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"confit/render/diag"
)

// An address is a URL that was found good. It holds no credential, so it can be shown.
type address struct {
	scheme string // https, http or ssh
	user   string // ssh only
	host   string // lower case, without brackets
	port   string
	path   string // escaped, with its slash for http; as the server's shell is to get it for ssh
}

const urlForms = "write https://host/path.git, ssh://git@host/path.git or git@host:path.git"

// parseURL takes what git takes, less what reads local files, starts programs or is not
// authenticated. Its errors do not repeat the URL: it may hold a password.
func parseURL(s string) (a address, err error) {
	switch trimmed := strings.TrimSpace(s); {
	case trimmed != s && plainText(trimmed):
		return a, badURL("the URL begins or ends with a space or a line break", "take it away; a Secret or ConfigMap made from a file keeps the end of its last line")
	case s == "" || len(s) > 2048 || !plainText(s):
		return a, badURL("the URL is empty, too long, or holds spaces or control characters", urlForms)
	case strings.ContainsAny(s, "?#"):
		return a, badURL("the URL has a query or a fragment", urlForms)
	}
	if scheme, rest, ok := strings.Cut(s, "://"); ok {
		a, err = parseFull(s, strings.ToLower(scheme), rest)
	} else {
		a, err = parseSCP(s)
	}
	if err == nil {
		err = a.check()
	}
	return a, err
}

// Shown is a URL fit for a terminal; "" for one that confit does not take, which may hold
// a password.
func Shown(url string) string {
	a, err := parseURL(url)
	if err != nil {
		return ""
	}
	return a.String()
}

// defaultPort is the usual one of a scheme, "" for a scheme that is not ours.
func defaultPort(scheme string) string {
	switch scheme {
	case "https":
		return "443"
	case "http":
		return "80"
	case "ssh":
		return "22"
	}
	return ""
}

func badURL(text, hint string) error {
	return &diag.Problem{Cause: diag.CauseSpec, Code: "git-url", Text: text, Hint: hint}
}

func parseFull(s, scheme, rest string) (address, error) {
	if defaultPort(scheme) == "" {
		return address{}, badURL("the URL is neither https nor ssh", urlForms)
	}
	u, err := url.Parse(s)
	switch {
	case err != nil && pathAfterColon(rest):
		return address{}, badURL("a colon after the host starts a port, and what follows is none", "write "+scheme+"://host/path.git, or git@host:path.git")
	case err != nil || u.Host == "" || u.Opaque != "":
		return address{}, badURL("the URL cannot be parsed", urlForms)
	case strings.HasSuffix(u.Host, ":"):
		return address{}, badURL("the URL has an empty port", urlForms)
	case !plainText(strings.ReplaceAll(u.Path, " ", "")):
		return address{}, badURL("the path of the URL holds control characters", urlForms)
	}
	_, hasPassword := u.User.Password()
	if hasPassword || u.User != nil && scheme != "ssh" || strings.Contains(u.EscapedPath(), "@") {
		return address{}, withUser()
	}
	a := address{scheme: scheme, user: u.User.Username(), host: u.Hostname(), port: u.Port(), path: strings.TrimRight(u.EscapedPath(), "/")}
	if a.port == "" {
		a.port = defaultPort(scheme)
	}
	if scheme == "ssh" {
		a.path = u.Path
		if strings.HasPrefix(a.path, "/~") {
			a.path = a.path[1:] // as git: a home directory of the server
		}
	}
	return a, nil
}

// pathAfterColon is true for git@host:path behind a scheme.
func pathAfterColon(rest string) bool {
	authority, _, _ := strings.Cut(rest, "/")
	_, after, ok := strings.Cut(authority[strings.LastIndexByte(authority, '@')+1:], ":")
	return ok && strings.Trim(after, "0123456789") != ""
}

// parseSCP reads [user@]host:path.
func parseSCP(s string) (address, error) {
	colon := strings.IndexByte(s, ':')
	if at := strings.Index(s, "["); at >= 0 && at < colon {
		if end := strings.Index(s, "]:"); end > at {
			colon = end + 1
		}
	}
	if colon < 0 || strings.Contains(s[:colon], "/") || strings.HasPrefix(s[colon:], "::") {
		return address{}, badURL("the URL is neither https nor ssh", pasted(s))
	}
	a := address{scheme: "ssh", host: s[:colon], port: "22", path: s[colon+1:]}
	if at := strings.LastIndexByte(a.host, '@'); at >= 0 {
		a.user, a.host = a.host[:at], a.host[at+1:]
		if a.user == "" {
			return address{}, badURL("the user of the URL is empty", urlForms)
		}
	}
	if defaultPort(a.host) != "" {
		return address{}, badURL("the scheme of the URL is not followed by two slashes", urlForms)
	}
	if strings.Contains(a.path, "@") { // user:password@host:path
		return address{}, withUser()
	}
	if strings.HasPrefix(a.host, "[") && strings.HasSuffix(a.host, "]") {
		a.host = a.host[1 : len(a.host)-1]
	}
	return a, nil
}

// pasted is the hint for a URL that lacks its scheme or its colon.
func pasted(s string) string {
	host, _, hasPath := strings.Cut(s, "/")
	switch {
	case hasPath && !strings.Contains(host, ":") && strings.Contains(host, "@"):
		return "between host and path is a colon: write git@host:path.git, or ssh://git@host/path.git"
	case hasPath && strings.Contains(host, ".") && strings.Trim(host, ".") != "":
		return "write https:// before it"
	}
	return urlForms
}

func withUser() error {
	return badURL("the URL has a user or password in it, or an @ in its path",
		"put credentials into a Secret and mount it for auth:; write an @ of the path as %40")
}

func (a *address) check() error {
	a.host = strings.ToLower(a.host)
	if !hostName(a.host) {
		return badURL("the host of the URL is not a host name", urlForms)
	}
	if n, err := strconv.ParseUint(a.port, 10, 16); err != nil || n == 0 {
		return badURL("the port of the URL is not a port", urlForms)
	}
	if strings.Trim(a.path, "/") == "" || a.path[0] == '-' {
		return badURL("the path of the URL is empty or starts with a dash", urlForms)
	}
	if a.scheme != "ssh" {
		return nil
	}
	if a.user == "" {
		a.user = "git"
	}
	if a.user[0] == '-' || strings.Trim(a.user, letters+"0123456789._+~-@") != "" {
		return badURL("the user of the URL is not a user name", urlForms)
	}
	return nil
}

const letters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"

func hostName(h string) bool {
	if strings.Contains(h, ":") {
		return net.ParseIP(h) != nil
	}
	return h != "" && len(h) <= 253 && h[0] != '-' && strings.Trim(h, letters+"0123456789.-_") == ""
}

// plainText is true for text without spaces, control characters and broken UTF-8.
func plainText(s string) bool {
	return utf8.ValidString(s) && strings.IndexFunc(s, func(r rune) bool { return r == ' ' || !unicode.IsGraphic(r) || unicode.IsSpace(r) }) < 0
}

// hostPort is for dialling.
func (a address) hostPort() string { return net.JoinHostPort(a.host, a.port) }

// origin is scheme and host, and the port unless it is the usual one.
func (a address) origin() string {
	host := a.host
	if strings.Contains(host, ":") {
		host = "[" + host + "]"
	}
	if a.port != defaultPort(a.scheme) {
		host += ":" + a.port
	}
	return a.scheme + "://" + host
}

// String is the URL, fit for a terminal.
func (a address) String() string {
	path := a.path
	if !strings.HasPrefix(path, "/") {
		path = "/" + path
	}
	return a.origin() + diag.Quoted(path)
}

// problem is about the repository at a.
//
//go:noinline
func (a address) problem(c diag.Cause, code, text, hint string) *diag.Problem {
	return &diag.Problem{Cause: c, Code: code, Text: a.String() + ": " + text, Hint: hint}
}
