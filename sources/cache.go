package sources

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"io"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/go-git/go-git/v5/plumbing"

	"confit/sources/pack"
)

// maxSavedData bounds the contents of files that the source cache holds of one commit, in
// bytes. A run that needs more fetches the commit.
const maxSavedData = 4 << 20

// noSize stands for the size of an entry with a Defect.
const noSize = "-"

// A savedCommit is a commit in the source cache. The objects prove all but the sizes: each is
// found by its hash, from the commit over its trees to the files.
type savedCommit struct {
	Query   string `json:"query"` // checkout.query
	Commit  string `json:"commit"`
	Tag     string `json:"tag,omitempty"` // the outer annotated tag
	Sizes   string `json:"sizes"`         // of the files, in the order of their paths; noSize for a Defect
	Objects []byte `json:"objects"`       // commit, tags, trees, symlinks, and files that a run has read
}

// CacheWriter returns a function that writes the source cache of this run, so that an
// unchanged run fetches nothing; nil for an empty cache. Files that are read after the call,
// to be published, do not count as read. The cache holds nothing of a source with secrets.
func (g *Git) CacheWriter() func(io.Writer) {
	var all []cacheEntry
	for _, query := range slices.Sorted(maps.Keys(g.done)) {
		if c := g.done[query]; !c.secret {
			all = append(all, cacheEntry{c, c.objects()})
		}
	}
	if all == nil {
		return nil
	}
	return func(w io.Writer) {
		for i := range all {
			_, _ = io.WriteString(w, "[,"[min(i, 1):][:1])
			all[i].write(w)
		}
		_, _ = io.WriteString(w, "]")
	}
}

// A cacheEntry is a commit with the objects to save of it.
type cacheEntry struct {
	*checkout
	saved []pack.Raw
}

// objects lists the objects to save: all that lead to the files, and the files that values
// and templates have read.
func (c *checkout) objects() []pack.Raw {
	all := []pack.Raw{{Kind: plumbing.CommitObject, Data: c.object}}
	for _, tag := range c.tags {
		all = append(all, pack.Raw{Kind: plumbing.TagObject, Data: tag})
	}
	all = append(all, c.listed...)
	left := int64(maxSavedData)
	saved := map[plumbing.Hash]bool{}
	for _, f := range c.files {
		if !c.blobs.used[f.ID] || f.Size > left || saved[f.ID] {
			continue
		}
		if data, err := c.blobs.Get(f.ID, nil); err == nil {
			all = append(all, pack.Raw{Kind: plumbing.BlobObject, Data: data})
			left -= f.Size
			saved[f.ID] = true
		}
	}
	return all
}

// write writes a savedCommit in pieces, as a commit may have very many files.
func (e *cacheEntry) write(w io.Writer) {
	const end = `"sizes":"","objects":null}`
	m := savedCommit{Query: e.query, Commit: e.commit.String()}
	if len(e.tags) > 0 {
		m.Tag = e.tagHash().String()
	}
	head, _ := json.Marshal(m) // texts always have a form in JSON
	_, _ = w.Write(head[:len(head)-len(end)])
	_, _ = io.WriteString(w, `"sizes":"`)
	var number []byte
	for i := range e.files {
		if f := &e.files[i]; f.Defect != nil {
			number = append(number[:0], noSize...)
		} else {
			number = strconv.AppendInt(number[:0], f.Size, 10)
		}
		number = append(number, ' ')
		_, _ = w.Write(number)
	}
	_, _ = io.WriteString(w, `","objects":"`)
	text := base64.NewEncoder(base64.StdEncoding, w)
	for _, o := range e.saved {
		o.Write(text)
	}
	_ = text.Close()
	_, _ = io.WriteString(w, `"}`)
}

// readCache reads the source cache of an earlier run, by query. It ignores a damaged rest.
func readCache(data []byte) map[string]*savedCommit {
	all := map[string]*savedCommit{}
	d := json.NewDecoder(bytes.NewReader(data))
	if open, err := d.Token(); err != nil || open != json.Delim('[') {
		return all
	}
	for d.More() {
		m := new(savedCommit)
		if d.Decode(m) != nil {
			break
		}
		all[m.Query] = m
	}
	return all
}

// restore returns the commit of an earlier run, with the files below sub; nil if anything
// does not match its hash, or is beyond the limits. The run then fetches the commit.
func (m *savedCommit) restore(sub string, lim GitLimits) *checkout {
	if m == nil {
		return nil
	}
	objects, ok := pack.Restore(m.Objects)
	if !ok {
		return nil
	}
	c := &checkout{commit: plumbing.NewHash(m.Commit), blobs: newSavedBlobs()}
	commit, ok := objects.Commit(c.commit)
	if c.object = commit.Raw; !ok {
		return nil
	}
	if m.Tag != "" {
		tags, object := objects.Peel(plumbing.NewHash(m.Tag))
		if len(tags) == 0 || object != c.commit {
			return nil
		}
		for _, tag := range tags {
			c.tags = append(c.tags, tag.Raw)
		}
	}
	var err error
	c.files, err = objects.Files(c.commit, sub, lim.pack())
	if err != nil || !setSizes(c.files, m.Sizes, int64(lim.File)) {
		return nil
	}
	c.listed = objects.Listed()
	objects.Blobs(func(id plumbing.Hash, data []byte) { c.blobs.held[id] = data })
	return c
}

// setSizes adds the sizes that trees lack. No hash covers these: a wrong one makes a file on
// disk differ from its output, and the fetch that follows corrects it. It returns false for
// texts that are no list of such sizes, and where a Defect is missing because its blob was
// too large for the source cache.
func setSizes(files []pack.File, sizes string, most int64) bool {
	i := 0
	for text := range strings.FieldsSeq(sizes) {
		if i == len(files) || (files[i].Defect != nil) != (text == noSize) {
			return false
		}
		f := &files[i]
		i++
		if f.Defect != nil {
			continue
		}
		size, err := strconv.ParseInt(text, 10, 64)
		if err != nil || size < 0 || size > most || f.Size != pack.UnknownSize && f.Size != size {
			return false
		}
		f.Size = size
	}
	return i == len(files)
}

// tagHash is the hash of the outer annotated tag; zero if there is none.
func (c *checkout) tagHash() plumbing.Hash {
	if len(c.tags) == 0 {
		return plumbing.ZeroHash
	}
	return plumbing.ComputeHash(plumbing.TagObject, c.tags[0])
}
