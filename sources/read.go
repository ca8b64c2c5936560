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
	r := reader{Snapshot: s, notice: notice, matched: map[*Spec][]atomic.Bool{}, paths: map[*Spec][]string{}}
	var all []error
	var err error
	if r.checkouts, err = r.fetch(specs); err != nil {
		all = append(all, err)
	}
	var ends []extent
	for i := range specs {
		if err := r.source(&specs[i]); err != nil {
			all = append(all, err)
		}
		ends = append(ends, extent{len(r.files), len(r.layers)})
	}
	all = append(all, r.parse())
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
	notice    func(string)
	checkouts map[*Spec]*checkout // of the Git sources
	layers    []values.Layer
	files     []content.File
	parsed    []valuesFile
	matched   map[*Spec][]atomic.Bool // whether each glob of sensitive: matches anything
	paths     map[*Spec][]string      // the files of sources with such globs
}

// A valuesFile is a file that is parsed into a layer of its own.
type valuesFile struct {
	file   int // index in reader.files
	layer  int // index in reader.layers
	data   []byte
	origin *tree.Origin
	at     tree.Path // of the source
	below  tree.Path // of the file, below at
	spec   *Spec
	decode decoder
	root   *tree.Node // the values below at; nil before the file is parsed
}

func (r *reader) source(s *Spec) error {
	defer r.Running.Begin("source", s.String())()
	if r.notFetched(s) {
		return nil // fetch has returned the error
	}
	at, _ := s.at()
	k := s.kind()
	if k.files == nil {
		vars, err := r.vars(s)
		r.layers = append(r.layers, values.Layer{Vars: vars, At: at, Env: values.EnvRules{Unknown: s.Unknown, NestOn: s.NestOn}, Lists: s.listRules(at)})
		return err
	}
	files, err := k.files(r, s)
	if s.Optional && errors.Is(err, ErrOutside) {
		r.notice("the source " + s.String() + " is left out: it is outside of the checkout (--root DIR says where absolute paths lead)")
		return nil
	}
	if s.Optional && errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return inputProblem(s.Pos, "source "+s.String(), err, s.missingHint())
	}
	r.markFiles(s, files)
	first := len(r.files)
	r.files = appendFiles(r.files, files)
	r.noticeUnmatchedRead(s, files)
	if err := r.checkReadable(s, files); err != nil {
		return err
	}
	return r.addValues(s, at, files, first)
}

// addValues adds the layers of the files of a source that become values. The index of the
// source's first file is first.
func (r *reader) addValues(s *Spec, at tree.Path, files []content.File, first int) error {
	plain := map[string]*tree.Node{}
	for i := range files {
		f := &files[i]
		if !s.reads(f.Path) {
			continue
		}
		data, err := f.Bytes()
		if err != nil {
			return err
		}
		o := &tree.Origin{Source: s.String(), File: f.From, Sensitive: f.Sensitive}
		if decode := s.decoder(f.Path); decode != nil {
			r.parsed = append(r.parsed, valuesFile{file: first + i, layer: len(r.layers), data: data, origin: o, at: at, below: s.below(f.Path), spec: s, decode: decode})
			r.layers = append(r.layers, values.Layer{Lists: s.listRules(at)})
			continue
		}
		if !utf8.Valid(data) {
			return binaryValue(s, f.From)
		}
		plain[f.Path] = s.plainText(string(data), o)
	}
	if len(plain) > 0 {
		o := &tree.Origin{Source: s.String(), File: rebase(s.Base, s.where())}
		r.layers = append(r.layers, values.Layer{Root: tree.Under(at, tree.NewMap(o, plain)), Lists: s.listRules(at)})
	}
	return nil
}

// allFiles reads every file of the directory.
func (r *reader) allFiles(s *Spec) ([]content.File, error) {
	return r.Tree(rebase(s.Base, s.where()), func(string) bool { return true })
}

// namedFiles reads a file, or the files of a glob.
func (r *reader) namedFiles(s *Spec) ([]content.File, error) {
	name := rebase(s.Base, s.where())
	if isDir, err := r.IsDir(name); err == nil && isDir {
		return nil, s.Problem("file", "file "+diag.Quoted(s.File)+" is a directory", "read all files of a directory with dir:")
	}
	found, err := r.findPath(name, false)
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

// parse parses the files of values into their layers, on every core.
func (r *reader) parse() error {
	return inParallel(len(r.parsed), func(i int) error {
		v := &r.parsed[i]
		defer r.Running.Begin("file", v.origin.File)()
		n, err := v.decode(v.data, v.origin)
		if err != nil {
			return err
		}
		if v.spec.Typed {
			n.InferTypes()
		}
		v.root = tree.Under(v.below, n)
		r.markValues(v)
		r.layers[v.layer].Root = tree.Under(v.at, v.root)
		return nil
	})
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
