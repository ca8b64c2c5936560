package gitserver

import (
	"bytes"
	"cmp"
	"encoding/hex"
	"fmt"
	"strings"
	"time"
)

// Object writes an object, however wrong, and gives its hash. Kind is blob, tree,
// commit or tag.
func (r *Repo) Object(kind, data string) (string, error) {
	return r.git([]byte(data), "hash-object", "-t", kind, "-w", "--stdin", "--literally")
}

// Text is a commit or tag as it is stored, for a message that ends with one line end.
func (r *Repo) Text(rev string) (string, error) {
	kind, err := r.git(nil, "cat-file", "-t", rev)
	if err != nil {
		return "", err
	}
	text, err := r.git(nil, "cat-file", kind, rev)
	return text + "\n", err
}

// An Entry is a line of a tree object. The mode of a folder is 40000.
type Entry struct {
	Mode, Name, Hash string
}

// Tree writes a tree of just these entries in this order: what git would refuse,
// such as a "..", a name twice or a slash in a name, is written all the same.
func (r *Repo) Tree(entries ...Entry) (string, error) {
	var b bytes.Buffer
	for _, e := range entries {
		hash, err := hex.DecodeString(e.Hash)
		if err != nil {
			return "", fmt.Errorf("entry %q: %w", e.Name, err)
		}
		fmt.Fprintf(&b, "%s %s\x00%s", e.Mode, e.Name, hash)
	}
	return r.Object("tree", b.String())
}

// A Tag names an object. Without a message and signers it is a light one.
type Tag struct {
	Name    string
	At      string // "" means main
	Message string
	Time    time.Time
	Sign    []Signer
}

// Tag makes a tag, or moves it.
func (r *Repo) Tag(t Tag) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	hash, err := r.Hash(cmp.Or(t.At, "main"))
	if err != nil {
		return err
	}
	if t.Message != "" || len(t.Sign) > 0 {
		if hash, err = r.annotate(t, hash); err != nil {
			return err
		}
	}
	return r.SetRef("refs/tags/"+t.Name, hash)
}

func (r *Repo) annotate(t Tag, hash string) (string, error) {
	kind, err := r.git(nil, "cat-file", "-t", hash)
	if err != nil {
		return "", err
	}
	text := fmt.Sprintf("object %s\ntype %s\ntag %s\ntagger %s %d +0000\n\n%s\n",
		hash, kind, t.Name, identity, r.tick(t.Time).Unix(), cmp.Or(t.Message, t.Name))
	signature, err := sign(text, t.Sign)
	if err != nil {
		return "", err
	}
	return r.Object("tag", text+signature)
}

// signCommit writes a commit once more, with signatures in its header.
func (r *Repo) signCommit(hash string, signers []Signer) (string, error) {
	text, err := r.Text(hash)
	if err != nil {
		return "", err
	}
	signature, err := sign(text, signers)
	if err != nil {
		return "", err
	}
	header, message, _ := strings.Cut(text, "\n\n")
	folded := strings.ReplaceAll(strings.TrimSuffix(signature, "\n"), "\n", "\n ")
	return r.Object("commit", header+"\ngpgsig "+folded+"\n\n"+message)
}

// A Signer signs commits and tags: a PGPKey, an SSHKey, or a Joint of the former.
type Signer interface {
	// Sign gives a detached signature in its armour, which ends with a line end.
	Sign(payload string) (string, error)
}

func sign(payload string, signers []Signer) (string, error) {
	var all strings.Builder
	for _, s := range signers {
		signature, err := s.Sign(payload)
		if err != nil {
			return "", err
		}
		all.WriteString(signature)
	}
	return all.String(), nil
}
