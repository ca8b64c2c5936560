package sinks

import (
	"bytes"
	"crypto/sha1"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"slices"
	"strings"

	"confit/render"
)

const stateVersion = 1

// A manifest says what a spec wrote into a directory. It holds nothing of a
// sensitive output that could tell about its secrets: no hash, no size, and of
// its text the masked form only.
type manifest struct {
	Version int      `json:"version"`
	Outputs []*entry `json:"outputs"`        // sorted by path
	Dirs    []string `json:"dirs,omitempty"` // that we made, sorted
}

type entry struct {
	Path      string `json:"path"`
	Mode      string `json:"mode"` // like "0644"
	Size      int64  `json:"size,omitempty"`
	SHA256    string `json:"sha256,omitempty"`
	Blob      string `json:"blob,omitempty"` // Git's hash, in place of the other
	Sensitive bool   `json:"sensitive,omitempty"`
	Masked    []byte `json:"masked,omitempty"`
}

// entryOf is what a manifest says of an output, but for the hash, which costs more than
// the rest and is wanted on disk only.
func entryOf(o *render.Output) entry {
	e := entry{Path: o.Path, Mode: modeText(uint32(o.Mode.Perm())), Sensitive: o.Content.IsSensitive()}
	if e.Sensitive {
		e.Masked = o.Content.Masked()
	} else {
		e.Size = o.Content.Size()
	}
	return e
}

func (e *entry) sum(o *render.Output) {
	if e.Sensitive {
		return
	}
	if b := o.Content.Blob(); b != nil {
		e.Blob = b.ID().String()
	} else {
		data, _ := o.Content.Reveal() // in memory
		e.SHA256 = sumOf(data)
	}
}

func sumOf(data []byte) string {
	sum := sha256.Sum256(data)
	return hex.EncodeToString(sum[:])
}

func sha256Of(r io.Reader, buf []byte) (string, error) {
	h := sha256.New()
	_, err := io.CopyBuffer(h, r, buf)
	return hex.EncodeToString(h.Sum(nil)), err
}

// blobID is the name that Git gives a file of that size.
func blobID(r io.Reader, size int64, buf []byte) (id render.BlobID, err error) {
	h := sha1.New()
	fmt.Fprintf(h, "blob %d\x00", size)
	_, err = io.CopyBuffer(h, r, buf)
	h.Sum(id[:0])
	return id, err
}

// says tells whether e and f say the same, the hash apart.
func (e *entry) says(f entry) bool {
	return e.Path == f.Path && e.Mode == f.Mode && e.Size == f.Size &&
		e.Sensitive == f.Sensitive && bytes.Equal(e.Masked, f.Masked)
}

// find gives the entry of a path, or nil.
func (m *manifest) find(path string) *entry {
	i, ok := slices.BinarySearchFunc(m.Outputs, path, func(e *entry, path string) int { return strings.Compare(e.Path, path) })
	if !ok {
		return nil
	}
	return m.Outputs[i]
}

// and adds what an interrupted run has, or would have, written.
func (m *manifest) and(n *manifest) *manifest {
	both := &manifest{Version: stateVersion, Outputs: slices.Concat(n.Outputs, m.Outputs), Dirs: slices.Concat(m.Dirs, n.Dirs)}
	both.sort()
	return both
}

// sort brings the manifest in order; of two entries for one path the first stays.
func (m *manifest) sort() {
	slices.SortStableFunc(m.Outputs, func(a, b *entry) int { return strings.Compare(a.Path, b.Path) })
	m.Outputs = slices.CompactFunc(m.Outputs, func(a, b *entry) bool { return a.Path == b.Path })
	slices.Sort(m.Dirs)
	m.Dirs = slices.Compact(m.Dirs)
}

// modeText is a mode as octal digits, four of them; most modes need no allocation.
func modeText(mode uint32) string {
	switch mode {
	case 0o644:
		return "0644"
	case 0o640:
		return "0640"
	}
	return fmt.Sprintf("%04o", mode)
}

// manifest reads a manifest; an absent one is empty.
func (s *state) manifest(name string) (*manifest, error) {
	m := &manifest{Version: stateVersion}
	f, err := s.openFile(name)
	if f == nil || err != nil {
		return m, err
	}
	defer f.Close()
	if err := m.read(json.NewDecoder(io.LimitReader(f, maxState))); err != nil {
		return m, s.unread(name, m.Version, err)
	}
	for _, e := range m.Outputs {
		if CheckPath(e.Path) != nil {
			return m, s.corrupt(name, "holds a path that confit does not write")
		}
	}
	for _, dir := range m.Dirs {
		if CheckPath(dir) != nil {
			return m, s.corrupt(name, "holds a path that confit does not write")
		}
	}
	m.sort()
	return m, nil
}

// read takes in a manifest entry by entry: there may be very many of them. The version
// comes first, and what another one says is not looked at.
func (m *manifest) read(d *json.Decoder) error {
	m.Version = 0
	if err := expect(d, '{'); err != nil {
		return err
	}
	for d.More() {
		name, err := d.Token()
		if err != nil {
			return err
		}
		switch name {
		case "version":
			err = d.Decode(&m.Version)
		case "outputs":
			err = m.readOutputs(d)
		case "dirs":
			err = d.Decode(&m.Dirs)
		default:
			err = d.Decode(new(json.RawMessage))
		}
		if err == nil && m.Version != stateVersion {
			err = errDamaged
		}
		if err != nil {
			return err
		}
	}
	if err := expect(d, '}'); err != nil {
		return err
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) || m.Version == 0 {
		return errDamaged
	}
	return nil
}

func (m *manifest) readOutputs(d *json.Decoder) error {
	if t, err := d.Token(); t == nil || err != nil { // null: there are none
		return err
	} else if t != json.Delim('[') {
		return errDamaged
	}
	for d.More() {
		e := &entry{}
		if err := d.Decode(e); err != nil {
			return err
		}
		m.Outputs = append(m.Outputs, e)
	}
	return expect(d, ']')
}

// expect takes the next token, which is to be t.
func expect(d *json.Decoder, t json.Delim) error {
	got, err := d.Token()
	if err == nil && got != t {
		err = errDamaged
	}
	return err
}

var errDamaged = errors.New("a damaged state file")

// unread is the problem of a state file that cannot be read: what another version wrote
// may mean something else.
func (s *state) unread(name string, version int, err error) error {
	var io *fs.PathError
	switch {
	case errors.As(err, &io):
		return err
	case version != 0 && version != stateVersion:
		return s.corrupt(name, fmt.Sprintf("has version %d, which this confit does not know", version))
	}
	return s.corrupt(name, "is damaged")
}
