// Package remote asks a Git server, over https or ssh, for its refs, and hands over the
// pack of one fetch as it arrives. It keeps no repository, starts no process and asks
// nobody anything.
//
// A credential goes to the origin of the URL and nowhere else, over verified TLS or to a
// host with a known key; there is no way to turn that off. No text of this package holds
// a credential. Words of a server are quoted, cut, and left out if they could repeat a
// credential. The certificate authorities are those of the machine, as crypto/x509 finds
// them, and ca.crt of the Secret.
//
// From the outside to the inside:
//
//	remote.go      Remote, Fetch: tries until the time is over
//	retry.go       transient faults, waiting times
//	url.go         the URL, as an address
//	auth.go        the Secret of auth:, as credentials; with app.go and knownhosts.go
//	http.go        the transport over https; with tls.go, proxy.go and noproxy.go
//	ssh.go         the transport over ssh
//	session.go     one try: the refs, the request, the answer
//	advert.go      the refs and capabilities of the server
//	refs.go        the ref that a name stands for
//	packreader.go  the pack out of its side band
//	pktreader.go   pkt-lines, and the time that the server is waited for
//
// Pkt-lines, capabilities and hashes are those of go-git. Its clients are not used:
// docs/decisions/007-git-transport.md says why.
package remote
