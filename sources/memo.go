package sources

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/go-git/go-git/v5/plumbing"

	"confit/sources/pack"
)

// maxRemembered bounds the content that a memo holds of one source. A run that needs
// more of it than that fetches again.
const maxRemembered = 4 << 20

// remembered is a checkout in a memo: the names of its files, and the content of those
// that went into values and templates. The others lie in the output directory.
type remembered struct {
	Asked  string            `json:"asked"`
	Commit string            `json:"commit"`
	Object []byte            `json:"object"`
	Tag    []byte            `json:"tag,omitempty"`
	Files  string            `json:"files"` // as git ls-tree -l has them
	Data   map[string][]byte `json:"data,omitempty"`
}

// NewMemo says what an unchanged run need not fetch again; nil if there is nothing to
// say. It holds nothing of a source with secrets.
func (g *Git) NewMemo() []byte {
	var all []remembered
	for _, asked := range slices.Sorted(maps.Keys(g.done)) {
		if c := g.done[asked]; !c.secret {
			all = append(all, c.remember())
		}
	}
	if all == nil {
		return nil
	}
	memo, err := json.Marshal(all)
	if err != nil {
		return nil
	}
	return memo
}

func (c *checkout) remember() remembered {
	m := remembered{Asked: c.asked, Commit: c.commit.String(), Object: c.object, Tag: c.tag, Data: map[string][]byte{}}
	var list strings.Builder
	for _, f := range c.files {
		mode := "100644"
		if f.Exec {
			mode = "100755"
		}
		fmt.Fprintf(&list, "%s blob %s %d\t%s\n", mode, f.ID, f.Size, f.Path)
	}
	m.Files = list.String()
	left := int64(maxRemembered)
	for _, f := range c.files {
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

// recalled finds in a memo what was asked for. What does not add up is not there: a memo
// only saves work.
func recalled(memo []byte, asked string) *checkout {
	var all []remembered
	if len(memo) == 0 || json.Unmarshal(memo, &all) != nil {
		return nil
	}
	for _, m := range all {
		if m.Asked == asked {
			return m.checkout()
		}
	}
	return nil
}

// tagHash is the name of the annotated tag; zero if there is none.
func (c *checkout) tagHash() plumbing.Hash {
	if c.tag == nil {
		return plumbing.ZeroHash
	}
	return plumbing.ComputeHash(plumbing.TagObject, c.tag)
}

func (m *remembered) checkout() *checkout {
	c := &checkout{commit: plumbing.NewHash(m.Commit), object: m.Object, tag: m.Tag, blobs: newBlobs(nil)}
	if plumbing.ComputeHash(plumbing.CommitObject, m.Object) != c.commit {
		return nil
	}
	for line := range strings.Lines(m.Files) {
		var f pack.File
		var mode, id string
		head, name, ok := strings.Cut(strings.TrimSuffix(line, "\n"), "\t")
		if n, _ := fmt.Sscanf(head, "%s blob %s %d", &mode, &id, &f.Size); !ok || n != 3 {
			return nil
		}
		f.Path, f.ID, f.Exec = name, plumbing.NewHash(id), mode == "100755"
		c.files = append(c.files, f)
	}
	for id, data := range m.Data {
		if name := plumbing.NewHash(id); plumbing.ComputeHash(plumbing.BlobObject, data) == name {
			c.blobs.held[name] = bytes.Clone(data)
		}
	}
	return c
}
