package sinks

import (
	"bytes"
	"crypto/sha1"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"slices"
	"strings"

	"confit/render/content"
	"confit/render/content/reveal"
)

const stateVersion = 1

// An inventory lists the files that a spec wrote into a directory; on disk it is manifest.json.
// It holds the masked text of a sensitive output, and neither its hash nor its size: somebody could
// guess a short secret by them.
type inventory struct {
	Version int      `json:"version"`
	Outputs []*entry `json:"outputs"`        // sorted by path
	Dirs    []string `json:"dirs,omitempty"` // directories that confit made, sorted

	ShownDir string `json:"shownDir,omitempty"` // the mode of directories on a volume that keeps none
}

type entry struct {
	Path      string `json:"path"`
	Mode      string `json:"mode"`            // like "0644"
	Shown     string `json:"shown,omitempty"` // the mode that a volume shows which keeps none
	Size      int64  `json:"size,omitempty"`
	SHA256    string `json:"sha256,omitempty"`
	Blob      string `json:"blob,omitempty"` // Git's hash, in place of SHA256
	Sensitive bool   `json:"sensitive,omitempty"`
	Masked    []byte `json:"masked,omitempty"`
}

// entryOf gives the entry of an output without its hash, which costs more than the rest.
func entryOf(o *content.Output) entry {
	e := entry{Path: o.Path, Mode: modeText(uint32(o.Mode.Perm())), Sensitive: o.Content.IsSensitive()}
	if e.Sensitive {
		e.Masked = o.Content.Masked()
	} else {
		e.Size = o.Content.Size()
	}
	return e
}

// addHash sets the hash of a plain output.
func (e *entry) addHash(o *content.Output) {
	if e.Sensitive {
		return
	}
	if b := reveal.Blob(o.Content); b != nil {
		e.Blob = b.ID().String()
	} else {
		data, _ := reveal.Bytes(o.Content) // in memory
		e.SHA256 = hashOf(data)
	}
}

func hashOf(data []byte) string {
	sum := sha256.Sum256(data)
	return hex.EncodeToString(sum[:])
}

func sha256Of(r io.Reader, buf []byte) (string, error) {
	h := sha256.New()
	_, err := io.CopyBuffer(h, r, buf)
	return hex.EncodeToString(h.Sum(nil)), err
}

// blobID is Git's hash of a file of that size. A plain SHA-1 is enough: fetches reject objects
// with the marks of a collision attack (docs/decisions/008-saved-commits.md).
func blobID(r io.Reader, size int64, buf []byte) (id content.BlobID, err error) {
	h := sha1.New()
	fmt.Fprintf(h, "blob %d\x00", size)
	_, err = io.CopyBuffer(h, r, buf)
	h.Sum(id[:0])
	return id, err
}

// sameButHash tells whether e equals f, leaving the hash aside.
func (e *entry) sameButHash(f entry) bool {
	return e.Path == f.Path && e.Mode == f.Mode && e.Size == f.Size &&
		e.Sensitive == f.Sensitive && bytes.Equal(e.Masked, f.Masked)
}

// find gives the entry of a path, or nil.
func (m *inventory) find(path string) *entry {
	i, ok := slices.BinarySearchFunc(m.Outputs, path, func(e *entry, path string) int { return strings.Compare(e.Path, path) })
	if !ok {
		return nil
	}
	return m.Outputs[i]
}

// merge adds the entries of an interrupted run, of which some may be written.
func (m *inventory) merge(n *inventory) *inventory {
	both := &inventory{Version: stateVersion, Outputs: slices.Concat(n.Outputs, m.Outputs), Dirs: slices.Concat(m.Dirs, n.Dirs), ShownDir: n.ShownDir}
	both.sort()
	return both
}

// sort sorts the inventory. Of two entries for one path it keeps the first.
func (m *inventory) sort() {
	slices.SortStableFunc(m.Outputs, func(a, b *entry) int { return strings.Compare(a.Path, b.Path) })
	m.Outputs = slices.CompactFunc(m.Outputs, func(a, b *entry) bool { return a.Path == b.Path })
	slices.Sort(m.Dirs)
	m.Dirs = slices.Compact(m.Dirs)
}

// modeText is a mode as four octal digits. The usual modes need no allocation.
func modeText(mode uint32) string {
	switch mode {
	case 0o644:
		return "0644"
	case 0o640:
		return "0640"
	}
	return fmt.Sprintf("%04o", mode)
}

// inventory reads an inventory. An absent one is empty.
func (s *state) inventory(name string) (*inventory, error) {
	data, err := s.read(name)
	if data == nil || err != nil {
		return &inventory{Version: stateVersion}, err
	}
	m := &inventory{}
	if err := s.decode(name, data, m, &m.Version); err != nil {
		return m, err
	}
	foreign := func(dir string) bool { return CheckPath(dir) != nil }
	if slices.ContainsFunc(m.Outputs, func(e *entry) bool { return e == nil || foreign(e.Path) }) || slices.ContainsFunc(m.Dirs, foreign) {
		return m, s.corrupt(name, "holds a path that confit does not write")
	}
	m.sort()
	return m, nil
}

// unreadable is the problem of a state file that this version does not understand.
func (s *state) unreadable(name string, version int) error {
	if version != 0 && version != stateVersion {
		return s.corrupt(name, fmt.Sprintf("has version %d, which this confit does not know", version))
	}
	return s.corrupt(name, "is damaged")
}
