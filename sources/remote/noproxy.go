package remote

import (
	"net"
	"net/netip"
	"slices"
	"strings"
)

// A direct is one entry of NO_PROXY: the hosts that a client reaches without a proxy.
// docs/decisions/009 says why it is not that of golang.org/x/net.
type direct struct {
	all    bool         // *
	hosts  netip.Prefix // 10.0.0.0/8, or an address as the prefix of its whole length
	domain string       // .example.com
	itself bool         // example.com means the host of that name, too
	port   string       // "" for every port
}

// directs reads a NO_PROXY variable. An entry that names no host is left out, as curl and
// the Go library do.
func directs(variable string) []direct {
	var all []direct
	for entry := range strings.SplitSeq(variable, ",") {
		if d, ok := parseDirect(strings.ToLower(strings.TrimSpace(entry))); ok {
			all = append(all, d)
		}
	}
	return all
}

func parseDirect(entry string) (d direct, ok bool) {
	if entry == "*" {
		return direct{all: true}, true
	}
	if p, err := netip.ParsePrefix(entry); err == nil {
		return direct{hosts: p.Masked()}, true
	}
	host := entry
	if h, port, err := net.SplitHostPort(entry); err == nil {
		host, d.port = strings.TrimSuffix(strings.TrimPrefix(h, "["), "]"), port
	}
	if ip := parseIP(host); ip.IsValid() {
		d.hosts = netip.PrefixFrom(ip, ip.BitLen())
		return d, true
	}
	if strings.HasPrefix(host, "*.") {
		host = host[1:]
	}
	if host == "" {
		return d, false
	}
	d.itself = host[0] != '.'
	d.domain = "." + strings.TrimPrefix(host, ".")
	return d, true
}

// parseIP gives the address that is written, and an invalid one for a name.
func parseIP(s string) netip.Addr {
	ip, err := netip.ParseAddr(s)
	if err != nil || ip.Zone() != "" {
		return netip.Addr{}
	}
	return ip.Unmap()
}

func (d direct) covers(host, port string, ip netip.Addr) bool {
	switch {
	case d.all:
		return true
	case d.port != "" && d.port != port:
		return false
	case d.domain == "":
		return d.hosts.Contains(ip)
	}
	return !ip.IsValid() && (strings.HasSuffix(host, d.domain) || d.itself && host == d.domain[1:])
}

// goesDirect reports whether a connection to the host goes without a proxy: to what NO_PROXY
// names, and to this machine.
func goesDirect(noProxy, host, port string) bool {
	ip := parseIP(host)
	return host == "localhost" || ip.IsLoopback() ||
		slices.ContainsFunc(directs(noProxy), func(d direct) bool { return d.covers(host, port, ip) })
}
