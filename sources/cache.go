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

	"confit/render/tree"
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
	Query   string `json:"query"` // commitFiles.query
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
	for _, c := range g.savable() {
		all = append(all, cacheEntry{c, c.objects()})
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

// savable lists the commits that the source cache may hold. A commit that shares a file with
// a sensitive one is not among them.
func (g *Git) savable() []*commitFiles {
	secret := map[plumbing.Hash]bool{}
	for _, c := range g.done {
		for i := range c.files {
			if f := &c.files[i]; c.secret && f.Size != 0 {
				secret[f.ID] = true
			}
		}
	}
	var all []*commitFiles
	for _, query := range slices.Sorted(maps.Keys(g.done)) {
		c := g.done[query]
		if !c.secret && (len(secret) == 0 || !slices.ContainsFunc(c.files, func(f pack.File) bool { return secret[f.ID] })) {
			all = append(all, c)
		}
	}
	return all
}

// recordValues records the layers that come from each commit. Layers of an earlier try to
// read stay, as a volume may have changed between the two.
func (r *reader) recordValues(specs []Spec, ends []extent) {
	first := 0
	for i := range specs {
		for _, l := range r.layers[first:ends[i].layers] {
			if c := r.commits[&specs[i]]; c != nil && l.Root != nil {
				c.values = append(c.values, l.Root)
			}
		}
		first = ends[i].layers
	}
}

// HideValues keeps out of the source cache each commit with a value that is sensitive in
// root, which is a layer or the result of the merge.
func (g *Git) HideValues(root *tree.Node) {
	if root == nil || !root.HasSensitive() {
		return
	}
	for _, c := range g.done {
		c.secret = c.secret || slices.ContainsFunc(c.values, func(n *tree.Node) bool { return hasSecretOf(n, root) })
	}
}

// hasSecretOf tells whether n has a value in the place of a sensitive one. An empty value
// hides nothing.
func hasSecretOf(n, other *tree.Node) bool {
	if n == nil || n.Value() == nil || n.Value() == "" {
		return false
	}
	if !n.IsMap() || !other.IsMap() {
		return other.HasSensitive()
	}
	kids := other.Children()
	return slices.ContainsFunc(kids, func(kid tree.Node) bool { return hasSecretOf(n.Child(kid.Key()), &kid) })
}

// A cacheEntry is a commit with the objects to save of it.
type cacheEntry struct {
	*commitFiles
	saved []pack.Raw
}

// objects lists the objects to save: all that lead to the files, and the files that values
// and templates have read.
func (c *commitFiles) objects() []pack.Raw {
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

// readCache reads the commits of an earlier run that fetches ask for, by query. It ignores a
// damaged rest.
func readCache(data []byte, fetches []*gitFetch) map[string]*savedCommit {
	wanted := map[string]bool{}
	for _, f := range fetches {
		wanted[f.query] = true
	}
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
		if wanted[m.Query] {
			all[m.Query] = m
		}
	}
	return all
}

// restore returns the commit of an earlier run, with the files below sub; nil if anything
// does not match its hash, or is beyond the limits. The run then fetches the commit.
func (m *savedCommit) restore(sub string, lim GitLimits) *commitFiles {
	if m == nil {
		return nil
	}
	objects, ok := pack.Restore(m.Objects, lim.pack())
	if !ok {
		return nil
	}
	c := &commitFiles{commit: plumbing.NewHash(m.Commit), blobs: newSavedBlobs()}
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
func (c *commitFiles) tagHash() plumbing.Hash {
	if len(c.tags) == 0 {
		return plumbing.ZeroHash
	}
	return plumbing.ComputeHash(plumbing.TagObject, c.tags[0])
}
