package sources

import (
	"bytes"
	"errors"
	"path"
	"slices"

	"confit/render/diag"
	"confit/render/format"
	"confit/render/tree"
)

// parse parses the files of values, on every core.
func (r *reader) parse() error {
	return inParallel(len(r.values), func(i int) error {
		v := &r.values[i]
		if v.decode == nil {
			return nil
		}
		defer r.Activity.Begin("file", v.origin.File)()
		n, err := v.decode(v.data, v.origin)
		if err != nil {
			f := &r.files[v.file]
			f.Sensitive = f.Sensitive || len(v.spec.Sensitive.globs) > 0 // what they match is not known
			if !r.mayHaveSecrets(v) {
				format.ShowLine(err, v.data)
			}
			return v.notParsed(v.withoutNames(err))
		}
		below := v.spec.below(r.files[v.file].Path)
		at, _ := v.spec.at()
		if !n.IsMap() && (!n.IsList() || len(at)+len(below) == 0) {
			return v.spec.foreignHint(notValues(n, v.origin))
		}
		if v.spec.Typed {
			n.InferTypes()
		}
		if v.origin.Sensitive {
			n.MarkSecretKeys()
		}
		v.content, v.root = n, tree.Under(below, n)
		r.markValues(v)
		return nil
	})
}

// mayHaveSecrets tells whether a file that does not parse may have secrets: it is one, or some source
// names those in it.
func (r *reader) mayHaveSecrets(v *valuesFile) bool {
	inode := r.files[v.file].Inode
	return v.origin.Sensitive || slices.ContainsFunc(r.values, func(o valuesFile) bool {
		return len(o.spec.Sensitive.globs) > 0 && (r.files[o.file].Inode == inode || o.origin.File == v.origin.File)
	})
}

// withoutNames is the error of a file that does not parse. What sensitive: hides in such a
// file is not known, so that the error is that of a secret file.
func (v *valuesFile) withoutNames(err error) error {
	if v.origin.Sensitive || len(v.spec.Sensitive.globs) == 0 {
		return err
	}
	secret := *v.origin
	secret.Sensitive = true
	if _, as := v.decode(v.data, &secret); as != nil {
		return as
	}
	return err
}

// notParsed adds to the error of a file that does not parse what the file may be: a template,
// or a file of another program.
func (v *valuesFile) notParsed(err error) error {
	var p *diag.Problem
	if errors.As(err, &p) && bytes.Contains(v.data, []byte("{{")) && bytes.Contains(v.data, []byte("}}")) {
		p.Text = "the file looks like a template, and the source reads it as values: " + p.Text
		p.Hint = "name it " + path.Base(v.origin.File) + ".tmpl, or leave it out with read: on " + v.spec.String() + "; read: [] reads no values"
		return err
	}
	return v.spec.foreignHint(err)
}

// notValues is the error of a file that is one scalar, or a list without a name.
func notValues(n *tree.Node, o *tree.Origin) error {
	p := &diag.Problem{Cause: diag.CauseData, Code: "no-map", Pos: diag.Pos{File: o.File, Line: max(n.Line(), 1)}, Text: "the file is " + diag.WithArticle(n.Kind()) + ", not a map of values"}
	p.Hint = "write key: value, with a colon and a space; read: leaves out a file that holds no values"
	if n.IsList() {
		p.Hint = "give the list a name with at: or nest: true on the source"
	}
	return p
}

// fillLayers puts the values of the files into their layers.
func (r *reader) fillLayers() {
	texts := map[string]*tree.Node{}
	for i := range r.values {
		v := &r.values[i]
		f, s := &r.files[v.file], v.spec
		at, _ := s.at()
		if v.decode != nil {
			if v.root != nil {
				r.layers[v.layer].Root = tree.Under(at, v.root)
				r.layers[v.layer].SecretKeys = v.origin.Sensitive || len(s.Sensitive.globs) > 0
			}
			continue
		}
		texts[f.Path] = s.plainText(string(v.data), v.origin)
		if i+1 == len(r.values) || r.values[i+1].layer != v.layer {
			o := &tree.Origin{Source: s.String(), File: rebase(s.Base, s.where())}
			r.layers[v.layer].Root = tree.Under(at, tree.NewMap(o, texts))
			clear(texts)
		}
	}
}
