package sources

import (
	"bytes"
	"encoding/hex"
	"encoding/json"
	"io"
	"io/fs"
	"maps"
	"slices"
	"strconv"
	"strings"
	"unicode"

	"github.com/go-git/go-git/v5/plumbing"

	"confit/sources/pack"
)

// maxRemembered bounds the content that a memo holds of one source. A run that needs
// more than that fetches again.
const maxRemembered = 4 << 20

// remembered is a checkout in a memo: the names of its files, and the content of those
// that went into values and templates. The others lie in the output directory.
type remembered struct {
	Asked  string            `json:"asked"`
	Commit string            `json:"commit"`
	Object []byte            `json:"object"`
	Tag    []byte            `json:"tag,omitempty"`
	Inner  [][]byte          `json:"innerTags,omitempty"` // that Tag is a tag of
	Data   map[string][]byte `json:"data,omitempty"`
	Others []other           `json:"others,omitempty"`
	Files  string            `json:"files"` // as git ls-tree -l has them; last, as it is written piecemeal
}

// An other is an entry of the commit that is no file.
type other struct {
	Path string `json:"path"`
	pack.Defect
}

// NewMemo gives a function that writes the memo of this run, for an unchanged run to fetch
// nothing; nil for no memo. Files that are read from here on, to be published, do not count
// as used. A memo holds nothing of a source with secrets.
func (g *Git) NewMemo() func(io.Writer) {
	var all []memoEntry
	for _, asked := range slices.Sorted(maps.Keys(g.done)) {
		if c := g.done[asked]; !c.secret {
			head, _ := json.Marshal(c.withoutFiles()) // text and bytes always have a form in JSON
			all = append(all, memoEntry{head, c})
		}
	}
	if all == nil {
		return nil
	}
	return func(w io.Writer) {
		for i, n := range all {
			_, _ = io.WriteString(w, "[,"[min(i, 1):][:1])
			n.write(w)
		}
		_, _ = io.WriteString(w, "]")
	}
}

// A memoEntry is a checkout as a memo has it: in JSON, except for the list of files, which may
// be very long and is written in pieces.
type memoEntry struct {
	head []byte
	*checkout
}

func (n memoEntry) write(w io.Writer) {
	const end = `"}`
	_, _ = w.Write(n.head[:len(n.head)-len(end)])
	list := make([]byte, 0, min(len(n.files)*96, 17<<10))
	for _, f := range n.files {
		if f.Defect != nil {
			continue
		}
		mode := "100644 blob "
		if f.Exec {
			mode = "100755 blob "
		}
		list = hex.AppendEncode(append(list, mode...), f.ID[:])
		list = append(strconv.AppendInt(append(list, ' '), f.Size, 10), '\t')
		list = append(append(list, f.Path...), '\n')
		if len(list) > 16<<10 {
			writeText(w, list)
			list = list[:0]
		}
	}
	writeText(w, list)
	_, _ = io.WriteString(w, end)
}

// writeText writes a part of a text of JSON.
func writeText(w io.Writer, part []byte) {
	text, _ := json.Marshal(string(part))
	_, _ = w.Write(text[1 : len(text)-1])
}

func (c *checkout) withoutFiles() remembered {
	m := remembered{Asked: c.query, Commit: c.commit.String(), Object: c.object, Data: map[string][]byte{}}
	if len(c.tags) > 0 {
		m.Tag, m.Inner = c.tags[0], c.tags[1:]
	}
	left := int64(maxRemembered)
	for _, f := range c.files {
		if f.Defect != nil {
			m.Others = append(m.Others, other{f.Path, *f.Defect})
			continue
		}
		if !c.blobs.used[f.ID] || f.Size > left {
			continue
		}
		if data, err := c.blobs.Get(f.ID, nil); err == nil {
			m.Data[f.ID.String()] = data
			left -= f.Size
		}
	}
	return m
}

// findInMemo finds the checkout that answers a question. One that does not add up, or is
// beyond the limits, is not found: a memo only saves work.
func findInMemo(memo []byte, asked string, lim GitLimits) *checkout {
	d := json.NewDecoder(bytes.NewReader(memo))
	if open, err := d.Token(); err != nil || open != json.Delim('[') {
		return nil
	}
	for d.More() {
		var m remembered
		if d.Decode(&m) != nil {
			return nil
		}
		if m.Asked == asked {
			return m.checkout(lim)
		}
	}
	return nil
}

// tagHash is the name of the outer annotated tag; zero if there is none.
func (c *checkout) tagHash() plumbing.Hash {
	if len(c.tags) == 0 {
		return plumbing.ZeroHash
	}
	return plumbing.ComputeHash(plumbing.TagObject, c.tags[0])
}

func (m *remembered) checkout(lim GitLimits) *checkout {
	c := &checkout{commit: plumbing.NewHash(m.Commit), object: m.Object, blobs: &blobs{held: map[plumbing.Hash][]byte{}, used: map[plumbing.Hash]bool{}}}
	if m.Tag != nil {
		c.tags = append([][]byte{m.Tag}, m.Inner...)
	}
	if plumbing.ComputeHash(plumbing.CommitObject, m.Object) != c.commit {
		return nil
	}
	last := ""
	for line := range strings.Lines(m.Files) {
		f, ok := parseLine(line)
		if !ok || f.Path <= last || f.Size > int64(lim.File) || len(c.files) >= int(lim.Files) {
			return nil
		}
		last = f.Path
		c.files = append(c.files, f)
	}
	for _, o := range m.Others {
		c.files = append(c.files, pack.File{Path: o.Path, Defect: &o.Defect})
	}
	if len(m.Others) > 0 {
		slices.SortFunc(c.files, func(a, b pack.File) int { return strings.Compare(a.Path, b.Path) })
	}
	for id, data := range m.Data {
		if name := plumbing.NewHash(id); plumbing.ComputeHash(plumbing.BlobObject, data) == name {
			c.blobs.held[name] = data
		}
	}
	return c
}

// parseLine reads a line of remembered.Files.
func parseLine(line string) (f pack.File, ok bool) {
	head, name, ok := strings.Cut(strings.TrimSuffix(line, "\n"), "\t")
	fields := strings.Split(head, " ")
	if !ok || !fs.ValidPath(name) || strings.ContainsFunc(name, unicode.IsControl) || len(fields) != 4 || fields[1] != "blob" || !plumbing.IsHash(fields[2]) {
		return f, false
	}
	size, err := strconv.ParseUint(fields[3], 10, 62)
	f = pack.File{Path: name, ID: plumbing.NewHash(fields[2]), Size: int64(size), Exec: fields[0] == "100755"}
	return f, err == nil && (f.Exec || fields[0] == "100644")
}
