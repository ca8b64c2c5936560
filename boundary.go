package main

import (
	"maps"
	"path"
	"slices"

	"confit/render/diag"
	"confit/sources"
	"confit/sources/checkout"
)

// boundary is the part of the machine that a confined verb may read: the checkout and what
// the command line names. The author of a change to a spec or a manifest must not be able to
// read the rest of the machine that validates it.
func (c *confit) boundary() sources.Boundary {
	spec := c.absolute(path.Dir(c.set.config))
	dirs := []string{checkout.Top(c.sys.dir)}
	if c.checkoutTop != "" {
		dirs = []string{c.checkoutTop}
	} else if c.sys.dir == "/" { // as in a container without a working directory
		dirs = []string{checkout.Top(spec)}
	}
	if c.set.root == "" || !path.IsAbs(c.set.config) {
		dirs = append(dirs, spec)
	}
	for _, name := range slices.Sorted(maps.Keys(c.set.replace)) {
		dirs = append(dirs, c.absolute(c.set.replace[name]))
	}
	manifests := c.namedManifests()
	for _, name := range manifests {
		if top := checkout.Top(name); checkout.Is(top) {
			dirs = append(dirs, top)
		}
	}
	return sources.Within(dirs...).With(manifests...)
}

// namedManifests are the absolute paths of the manifests that the command line names.
func (c *confit) namedManifests() (names []string) {
	if c.caseVerb != nil { // a case of the checkout names them
		return nil
	}
	for _, name := range slices.Concat(c.manifests.files, c.manifests.against) {
		if name != "-" {
			names = append(names, path.Clean(c.absolute(name)))
		}
	}
	return names
}

// openBelow opens a directory that the command line names.
func (c *confit) openBelow(dir string) (sources.FS, error) {
	if c.verb.confined {
		return c.boundary().Sub(c.absolute(dir))
	}
	return sources.OpenBelow(c.absolute(dir))
}

// cannotOpen is the problem of a directory that openBelow does not open.
func cannotOpen(text, hint string, err error) error {
	if refused := sources.Refused(err); refused != nil {
		text, hint = text+": "+refused.Error(), "name a directory of the checkout that is no symbolic link out of it"
	}
	return &diag.Problem{Cause: diag.CauseInput, Code: "input", Text: text, Hint: hint, Err: err}
}
