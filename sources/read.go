package sources

import (
	"errors"
	"io/fs"
	"path"
	"slices"
	"sync/atomic"
	"unicode/utf8"

	"confit/render/content"
	"confit/render/diag"
	"confit/render/format"
	"confit/render/glob"
	"confit/render/tree"
	"confit/render/values"
)

// Read reads all sources in their order. It returns the layers of values, and the files,
// each with the name of its source.
func Read(s *Snapshot, specs []Spec, notice func(string)) ([]values.Layer, []content.File, error) {
	r := reader{Snapshot: s, notice: notice, signers: map[*Spec]string{}, matched: map[*Spec][]atomic.Bool{}, paths: map[*Spec][]string{}}
	var all []error
	var err error
	if r.commits, err = r.fetch(specs); err != nil {
		all = append(all, err)
	}
	ends, failed := make([]extent, len(specs)), make([]error, len(specs))
	for i := range specs {
		failed[i] = r.addFiles(&specs[i])
		ends[i].files = len(r.files)
	}
	all = append(all, failed...)
	r.spreadSecrets()
	for i := range specs {
		first := 0
		if i > 0 {
			first = ends[i-1].files
		}
		if failed[i] == nil {
			all = append(all, r.addLayers(&specs[i], first, ends[i].files))
		}
		ends[i].layers = len(r.layers)
	}
	all = append(all, r.parse())
	r.spreadSecrets() // parsing finds the keys that sensitive: matches
	r.fillLayers()
	r.recordValues(specs, ends)
	r.detailSources(specs, ends)
	if err := errors.Join(all...); err != nil {
		return r.layers, r.files, err
	}
	for i := range specs {
		all = append(all, r.unmatchedGlobs(&specs[i]))
	}
	return r.layers, r.files, errors.Join(all...)
}

type reader struct {
	*Snapshot
	notice  func(string)
	commits map[*Spec]*commitFiles // of the Git sources
	signers map[*Spec]string       // who signed the commit or tag of each verified Git source
	layers  []values.Layer
	files   []content.File
	values  []valuesFile
	vars    []varFile
	matched map[*Spec][]atomic.Bool // whether each glob of sensitive: matches anything
	paths   map[*Spec][]string      // the files of sources with such globs
}

// A varFile is a variable with the content of a file.
type varFile struct {
	inode  content.Inode
	origin *tree.Origin
}

// A valuesFile is a file that becomes values: in a layer of its own, or as plain text in a
// layer with the other texts of its source.
type valuesFile struct {
	file   int // index in reader.files
	layer  int // index in reader.layers
	data   []byte
	origin *tree.Origin
	spec   *Spec
	decode decoder    // nil for plain text
	root   *tree.Node // the values below at:; nil before the file is parsed

	content *tree.Node // the values of the file itself, in root
}

// addFiles reads the files of a source.
func (r *reader) addFiles(s *Spec) error {
	defer r.Activity.Begin("source", s.String())()
	k := s.kind()
	if k.files == nil || r.notFetched(s) { // the error of a fetch is returned already
		return nil
	}
	files, err := k.files(r, s)
	if err == nil {
		err = r.checkReadable(s, files)
	}
	if s.Optional && errors.Is(err, ErrOutside) {
		r.notice("the source " + s.String() + " is left out: it is outside of the checkout (--root DIR says where absolute paths lead)")
		return nil
	}
	if s.Optional && errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if p := (*diag.Problem)(nil); errors.As(err, &p) {
		return err
	}
	if err != nil {
		return inputProblem(s.Places.At(k.name), "source "+s.String(), err, r.missingHint(s))
	}
	r.markFiles(s, files)
	r.files = appendFiles(r.files, files)
	r.noticeUnmatchedRead(s, files)
	return nil
}

// addLayers adds the layers of a source: one of its variables, or one for each file of values
// and one for all plain texts. The files of the source are those from first to end.
func (r *reader) addLayers(s *Spec, first, end int) error {
	at, _ := s.at()
	lists := s.listRules(at)
	if s.HasVars() {
		vars, err := r.readVars(s)
		r.layers = append(r.layers, values.Layer{Vars: vars, At: at, Env: values.EnvRules{Unknown: s.Unknown, NestOn: s.NestOn, Flat: s.Flat}, Lists: lists})
		return err
	}
	var texts []valuesFile
	for i := first; i < end; i++ {
		f := &r.files[i]
		if !s.reads(f.Path) {
			continue
		}
		data, err := f.Bytes()
		decode := s.decoder(f.Path)
		if err == nil && (decode != nil || !utf8.Valid(data)) { // else CheckEncrypted finds the value
			err = checkCipherFile(f.From, data)
		}
		if err != nil {
			return err
		}
		v := valuesFile{file: i, layer: len(r.layers), data: data, spec: s, decode: decode}
		v.origin = &tree.Origin{Source: s.String(), File: f.From, SignedBy: r.signers[s], Sensitive: f.Sensitive, StandIn: f.StandIn, Budget: r.Budget}
		isText := v.decode == nil && utf8.Valid(data)
		v.origin.Incidental = isText || s.kind().label != nil
		switch {
		case !isText && r.isUsed(s, f): // a plain text is harmless among the values
		case v.decode != nil:
			r.values = append(r.values, v)
			r.layers = append(r.layers, values.Layer{Lists: lists})
		case !isText:
			return binaryValue(s, f.From)
		default:
			texts = append(texts, v)
		}
	}
	if len(texts) > 0 {
		for i := range texts {
			texts[i].layer = len(r.layers)
		}
		r.values = append(r.values, texts...)
		r.layers = append(r.layers, values.Layer{Lists: lists})
	}
	return nil
}

// isUsed tells whether an entry uses a file of a directory, so that it is no values. A read:
// decides by itself. With globs in sensitive:, every file is parsed to find the secrets.
func (r *reader) isUsed(s *Spec, f *content.File) bool {
	used := !s.kind().named && !s.Has("read") && len(s.Sensitive.globs) == 0 && (r.used[f.From] || s.Name != "" && r.used[s.Name+":"+f.Path])
	if used {
		r.detailf("%s is no values: an entry uses it, and read: does not name it", diag.Quoted(f.From))
	}
	return used
}

// allFiles reads every file of the directory. A file that read: does not need may be
// unusable. Of a directory without a name, which no entry can name, it looks only below
// where read: leads.
func (r *reader) allFiles(s *Spec) ([]content.File, error) {
	sel := selection{include: func(string) bool { return true }}
	if s.Kind() == "dir" && len(s.Read) > 0 && s.Name == "" && !s.Sensitive.set {
		sel.enter = func(rel string) bool { return s.readsBelow(rel, true) }
	}
	return r.readTree(rebase(s.Base, s.where()), sel)
}

// namedFiles reads a file, or the files of a glob.
func (r *reader) namedFiles(s *Spec) ([]content.File, error) {
	name := rebase(s.Base, s.where())
	if isDir, err := r.IsDir(name); err == nil && isDir {
		return nil, s.Problem("file", "file "+diag.Quoted(s.File)+" is a directory", "read all files of a directory with dir:")
	}
	found, err := r.findPath(name, false)
	if err == nil && found.Single && r.isSpec(found.Files[0].Inode) {
		return nil, s.Problem("file", "file "+diag.Quoted(s.File)+" is the spec, which is no input of its own", "leave out the source")
	}
	if err == nil && s.decoder(name) == nil && found.Single {
		return nil, &diag.Problem{
			Cause: diag.CauseSpec, Code: "spec", Pos: s.Pos, Text: "no format is known for " + diag.Quoted(path.Base(name)),
			Hint: "a file of values ends in " + format.ValueExtensions() + ", or says format:",
		}
	}
	if err == nil && len(found.Files) == 0 {
		err = fs.ErrNotExist
	}
	files := make([]content.File, len(found.Files))
	for i, f := range found.Files {
		files[i] = *f
	}
	return files, err
}

// appendFiles appends files to all. It does not copy the first files: a repository may have
// very many.
func appendFiles(all, files []content.File) []content.File {
	if len(all) == 0 {
		return files
	}
	return append(all, files...)
}

// noticeUnmatchedRead gives a notice for each glob of read: that matches no file. It is no
// error, as a ConfigMap may lack a key.
func (r *reader) noticeUnmatchedRead(s *Spec, files []content.File) {
	for _, pattern := range s.Read {
		if !slices.ContainsFunc(files, func(f content.File) bool { return glob.Match(pattern, f.Path) }) {
			r.notice("read: " + diag.Quoted(pattern) + " matches no file of the source " + s.String())
		}
	}
}

func matchAny(globs []string, name string) bool {
	return slices.ContainsFunc(globs, func(g string) bool { return glob.Match(g, name) })
}
