package pack

import (
	"math"
	"strings"
	"unicode/utf8"

	"github.com/go-git/go-git/v5/plumbing"

	"confit/render/diag"
)

const maxHops = 40 // symlinks on the way to one file, as in Linux

// A linkState is the memory of all symlinks followed so far. It counts each step and each
// indexed entry of a tree, since a few small symlinks can lead through one another for ever.
type linkState struct {
	trees   map[plumbing.Hash]map[string]treeEntry
	entries int // in trees
	steps   int
}

// A linkError says why a symlink has no file. It completes "the symlink …".
type linkError string

func (l linkError) Error() string { return string(l) }

// link lists the file, or the files of the directory, that a symlink in at leads to.
func (w *walker) link(out string, at dirChain, e treeEntry) error {
	hops := 0
	to, file, err := w.follow(at, e, &hops)
	if err == nil && file == nil && w.active[to.last().path] {
		err = linkError("leads to a directory that it is in itself")
	}
	if why, ok := err.(linkError); ok {
		p := newProblem(diag.CauseData, "git-symlink", "the symlink %s %s", w.quotedPath(out), string(why))
		p.Hint = "replace it by what it should lead to, or narrow or widen path:"
		return w.defect(out, true, p)
	}
	switch {
	case err != nil:
		return err
	case file != nil:
		return w.file(out, *file)
	}
	return w.walk(out, to)
}

// follow resolves a symlink in at like the kernel. It returns a directory, or a file and its
// directory.
func (w *walker) follow(at dirChain, link treeEntry, hops *int) (dirChain, *treeEntry, error) {
	if *hops++; *hops > maxHops {
		return nil, nil, linkError("leads through too many symlinks, or back to itself")
	}
	target, err := w.linkTarget(link)
	if err != nil {
		return nil, nil, err
	}
	var file *treeEntry
	for name := range strings.SplitSeq(target, "/") {
		switch {
		case file != nil:
			return nil, nil, linkError("leads through a file as if it were a directory: " + diag.Quoted(target))
		case name == "" || name == ".":
		case name == ".." && len(at) == 1:
			return nil, nil, linkError("leads out of " + w.quotedPath("") + ": " + diag.Quoted(target))
		case name == "..":
			at = at[:len(at)-1]
		default:
			if at, file, err = w.descend(at, name, target, hops); err != nil {
				return nil, nil, err
			}
		}
	}
	return at, file, nil
}

// descend goes from a directory to one of its entries.
func (w *walker) descend(at dirChain, name, target string, hops *int) (dirChain, *treeEntry, error) {
	index, err := w.treeByName(at)
	if err != nil {
		return nil, nil, err
	}
	e, ok := index[name]
	switch {
	case !ok:
		return nil, nil, linkError("leads to what is not there: " + diag.Quoted(target))
	case e.mode == modeTree:
		return at.child(e), nil, nil
	case e.mode == modeLink:
		return w.follow(at, e, hops)
	case e.isFile():
		return at, &e, nil
	}
	return nil, nil, linkError("leads into a submodule: " + diag.Quoted(target))
}

// linkTarget reads the target of a symlink.
func (w *walker) linkTarget(link treeEntry) (string, error) {
	i, ok := w.objects.index[link.id]
	if !ok || w.objects.entries[i].kind != plumbing.BlobObject {
		return "", missingObject(link.id)
	}
	if n := w.objects.entries[i].size; n == 0 || n > maxPath {
		if err := w.objects.recordBlob(link.id); err != nil {
			return "", err
		}
		return "", linkError("has no target that a symlink can have")
	}
	text, err := w.objects.readBlob(i)
	if err != nil {
		return "", err
	}
	target := string(text)
	switch {
	case !utf8.ValidString(target) || strings.ContainsRune(target, 0):
		return "", linkError("has no target that a symlink can have")
	case target[0] == '/':
		return "", linkError("has an absolute target: " + diag.Quoted(target))
	}
	return target, w.chargeSteps(strings.Count(target, "/") + 1)
}

func (w *walker) chargeSteps(n int) error {
	w.linkState.steps += n
	if most := 1000 * min(w.lim.Files, math.MaxInt32); w.linkState.steps > most {
		return overLimit("files", "following the symlinks of %s takes more than %d steps", w.quotedPath(""), most)
	}
	return nil
}

// treeByName returns the entries of a directory by name. It keeps a bounded number of them.
func (w *walker) treeByName(at dirChain) (map[string]treeEntry, error) {
	id := at.last().id
	if index, ok := w.linkState.trees[id]; ok {
		return index, nil
	}
	raw, ok := w.objects.tree(id)
	if !ok {
		return nil, missingObject(id)
	}
	if w.linkState.trees == nil || w.linkState.entries > 4*w.lim.Files {
		w.linkState.trees, w.linkState.entries = map[plumbing.Hash]map[string]treeEntry{}, 0
	}
	index := map[string]treeEntry{}
	for len(raw) > 0 {
		e, rest, ok := nextEntry(raw)
		if !ok {
			return nil, linkError("leads through a malformed tree")
		}
		if err := w.chargeSteps(1); err != nil {
			return nil, err
		}
		index[string(e.name)] = e
		raw = rest
	}
	w.linkState.trees[id] = index
	w.linkState.entries += len(index)
	return index, nil
}
