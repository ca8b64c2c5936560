package pack

import (
	"math"
	"strings"
	"unicode/utf8"

	"github.com/go-git/go-git/v5/plumbing"

	"confit/render"
)

const maxHops = 40 // links on the way to one file, as in Linux

// links are what following symlinks needs. Each step and each entry of a tree that is
// indexed for it counts, since links to links to links are as cheap to make as trees.
type links struct {
	index   map[plumbing.Hash]map[string]treeEntry
	entries int // in index
	steps   int
}

// lost tells why a link leads nowhere.
type lost string

func (l lost) Error() string { return string(l) }

// link lists what a symlink in the folder at leads to.
func (w *walker) link(out string, at place, e treeEntry) error {
	hops := 0
	to, file, err := w.follow(at, e, &hops)
	if err == nil && file == nil && w.open[to.top().path] {
		err = lost("leads to a directory that it is in itself")
	}
	if why, ok := err.(lost); ok {
		p := problem(render.CauseData, "git-symlink", "the symlink %s %s", w.where(out), string(why))
		p.Hint = "replace it by what it should lead to, or narrow or widen path:"
		return w.refuse(p)
	}
	switch {
	case err != nil:
		return err
	case file != nil:
		return w.file(out, *file)
	}
	return w.walk(out, to)
}

// follow finds what a symlink in the folder at leads to, the way the kernel would: a
// folder, or a file.
func (w *walker) follow(at place, link treeEntry, hops *int) (place, *treeEntry, error) {
	if *hops++; *hops > maxHops {
		return nil, nil, lost("leads through too many symlinks, or back to itself")
	}
	target, err := w.target(link)
	if err != nil {
		return nil, nil, err
	}
	var file *treeEntry
	for name := range strings.SplitSeq(target, "/") {
		switch {
		case file != nil:
			return nil, nil, lost("leads through a file as if it were a directory: " + render.Quoted(target))
		case name == "" || name == ".":
		case name == ".." && len(at) == 1:
			return nil, nil, lost("leads out of " + w.where("") + ": " + render.Quoted(target))
		case name == "..":
			at = at[:len(at)-1]
		default:
			if at, file, err = w.enter(at, name, target, hops); err != nil {
				return nil, nil, err
			}
		}
	}
	return at, file, nil
}

// enter goes from a folder to one of its entries.
func (w *walker) enter(at place, name, target string, hops *int) (place, *treeEntry, error) {
	index, err := w.indexed(at)
	if err != nil {
		return nil, nil, err
	}
	e, ok := index[name]
	switch {
	case !ok:
		return nil, nil, lost("leads to what is not there: " + render.Quoted(target))
	case e.mode == modeTree:
		return at.below(e), nil, nil
	case e.mode == modeLink:
		return w.follow(at, e, hops)
	case e.isFile():
		return at, &e, nil
	}
	return nil, nil, lost("leads into a submodule: " + render.Quoted(target))
}

// target is the text of a symlink.
func (w *walker) target(link treeEntry) (string, error) {
	at, ok := w.o.ids[link.id]
	if !ok || w.o.entries[at].kind != plumbing.BlobObject {
		return "", lacks(link.id)
	}
	if n := w.o.entries[at].size; n == 0 || n > maxPath {
		return "", lost("has no target that a symlink can have")
	}
	text, err := w.o.store.Get(link.id, nil)
	if err != nil {
		return "", err
	}
	target := string(text)
	switch {
	case !utf8.ValidString(target) || strings.ContainsRune(target, 0):
		return "", lost("has no target that a symlink can have")
	case target[0] == '/':
		return "", lost("has an absolute target: " + render.Quoted(target))
	}
	return target, w.step(strings.Count(target, "/") + 1)
}

func (w *walker) step(n int) error {
	w.links.steps += n
	if most := 1000 * min(w.lim.Files, math.MaxInt32); w.links.steps > most {
		return tooMuch("files", "following the symlinks of %s takes more than %d steps", w.where(""), most)
	}
	return nil
}

// indexed gives the entries of a folder by name. Of the indexes only a bounded number is
// kept.
func (w *walker) indexed(at place) (map[string]treeEntry, error) {
	id := at.top().id
	if index, ok := w.links.index[id]; ok {
		return index, nil
	}
	raw, ok := w.o.raw(id, plumbing.TreeObject)
	if !ok {
		return nil, lacks(id)
	}
	if w.links.index == nil || w.links.entries > 4*w.lim.Files {
		w.links.index, w.links.entries = map[plumbing.Hash]map[string]treeEntry{}, 0
	}
	index := map[string]treeEntry{}
	for len(raw) > 0 {
		e, rest, ok := nextEntry(raw)
		if !ok {
			return nil, lost("leads through a malformed tree")
		}
		if err := w.step(1); err != nil {
			return nil, err
		}
		index[string(e.name)] = e
		raw = rest
	}
	w.links.index[id] = index
	w.links.entries += len(index)
	return index, nil
}
