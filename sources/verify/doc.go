// Package verify finds out who signed a Git commit or tag. It never reads a disk, network,
// environment or clock, asks no agent and starts no process: objects and keys are bytes, and
// the caller gives the time. It refuses an object that two versions of Git could read
// differently, so an accepted object has one meaning.
//
// verify.go has the types and Check. keyring.go has ParseKeys.
//
// The way of a signature:
//
//   - object.go parses the commit or tag, and separates the signature from the signed bytes.
//   - armor.go decodes the armor around the signature.
//   - packet.go checks the packet of an OpenPGP signature before the library parses it, and
//     openpgp.go verifies it with a key of keyring.go that is valid now.
//   - sshsig.go parses and verifies an SSH signature, with a key of signers.go: the
//     lines of allowed_signers, whose patterns pattern.go matches.
package verify
