package sources

import (
	"errors"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"
	"sync/atomic"
	"syscall"
	"unicode/utf8"

	"confit/render/content"
	"confit/render/diag"
	"confit/render/format"
	"confit/render/glob"
	"confit/render/tree"
	"confit/render/values"
)

// Read takes in all sources in their order: the layers of values, and the files, each
// with the name of its source.
func Read(s *Snapshot, specs []Spec, notice func(string)) ([]values.Layer, []content.File, error) {
	r := reader{Snapshot: s, notice: notice, matched: map[*Spec][]atomic.Bool{}, paths: map[*Spec][]string{}}
	var all []error
	var err error
	if r.checkouts, err = r.fetch(specs); err != nil {
		all = append(all, err)
	}
	var ends []mark
	for i := range specs {
		if err := r.source(&specs[i]); err != nil {
			all = append(all, err)
		}
		ends = append(ends, mark{len(r.files), len(r.layers)})
	}
	all = append(all, r.parse())
	r.tell(specs, ends)
	if err := errors.Join(all...); err != nil {
		return r.layers, r.files, err
	}
	for i := range specs {
		all = append(all, r.unmatched(&specs[i]))
	}
	return r.layers, r.files, errors.Join(all...)
}

type reader struct {
	*Snapshot
	notice    func(string)
	checkouts map[*Spec]*checkout // of the Git sources
	layers    []values.Layer
	files     []content.File
	texts     []text
	matched   map[*Spec][]atomic.Bool // of sources with globs in sensitive: which of them name something
	paths     map[*Spec][]string      // … and of what files
}

// A text is a file that is parsed into a layer: their indexes.
type text struct {
	file   int
	layer  int
	data   []byte
	origin *tree.Origin
	at     tree.Path // of the source
	nest   tree.Path // of the file, below that
	spec   *Spec
	decode decoder
	root   *tree.Node // what it has below at, once it is parsed
}

func (r *reader) source(s *Spec) error {
	defer r.Running.Begin("source", s.String())()
	if s.Kind() == "git" && r.missing(s) {
		return nil // fetch has said why
	}
	at, _ := s.at()
	if s.Kind() == "env" {
		vars, err := r.vars(s)
		r.layers = append(r.layers, values.Layer{Vars: vars, At: at, Lists: s.listRules(at)})
		return err
	}
	files, err := r.filesOf(s)
	if errors.Is(err, fs.ErrNotExist) && s.Optional {
		return nil
	}
	if err != nil {
		return inputProblem(s.Pos, "source "+s.String(), err, missingHint(s))
	}
	r.matched[s] = make([]atomic.Bool, len(s.Sensitive.globs))
	for i := range files {
		f := &files[i]
		f.Tree, f.Sensitive = s.Name, r.marksFile(s, f.Path) || s.secret()
		if len(s.Sensitive.globs) > 0 {
			r.paths[s] = append(r.paths[s], f.Path)
		}
	}
	first := len(r.files)
	r.files = joined(r.files, files)
	r.unread(s, files)
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
		decode := s.decoder(f.Path)
		if decode == nil {
			if !utf8.Valid(data) {
				return binaryValue(s, f.From)
			}
			plain[f.Path] = s.plainText(string(data), o)
			continue
		}
		r.texts = append(r.texts, text{file: first + i, layer: len(r.layers), data: data, origin: o, at: at, nest: s.nested(f.Path), spec: s, decode: decode})
		r.layers = append(r.layers, values.Layer{Lists: s.listRules(at)})
	}
	if len(plain) > 0 {
		o := &tree.Origin{Source: s.String(), File: rebase(s.Base, s.where())}
		r.layers = append(r.layers, values.Layer{Root: tree.Under(at, tree.NewMap(o, plain)), Lists: s.listRules(at)})
	}
	return nil
}

// filesOf reads the file or every file of the volume.
func (r *reader) filesOf(s *Spec) ([]content.File, error) {
	name := rebase(s.Base, s.where())
	switch s.Kind() {
	case "file":
	case "git":
		return r.gitFiles(s)
	default:
		return r.Tree(name, func(string) bool { return true })
	}
	if isDir, err := r.IsDir(name); err == nil && isDir {
		return nil, s.Problem("file", "file "+diag.Quoted(s.File)+" is a directory", "read all files of a directory with dir:")
	}
	found, err := r.pickPath(name, false)
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

// joined appends files to all. The first are not copied: there may be very many.
func joined(all, files []content.File) []content.File {
	if len(all) == 0 {
		return files
	}
	return append(all, files...)
}

// parse turns the texts into layers, on every core.
func (r *reader) parse() error {
	return inParallel(len(r.texts), func(i int) error {
		t := &r.texts[i]
		defer r.Running.Begin("file", t.origin.File)()
		n, err := t.decode(t.data, t.origin)
		if err != nil {
			return err
		}
		if t.spec.Typed {
			n.ResolveText()
		}
		t.root = tree.Under(t.nest, n)
		r.markValues(t)
		r.layers[t.layer].Root = tree.Under(t.at, t.root)
		return nil
	})
}

// reads tells whether a file becomes values: of a repository, those that read names.
func (s *Spec) reads(file string) bool {
	if !s.Has("read") {
		return s.Kind() != "git"
	}
	return matchAny(s.Read, file)
}

// unread tells of globs of read: that name no file. It is no error, as a ConfigMap may
// lack a key.
func (r *reader) unread(s *Spec, files []content.File) {
	for _, pattern := range s.Read {
		if !slices.ContainsFunc(files, func(f content.File) bool { return glob.Glob(pattern, f.Path) }) {
			r.notice("read: " + diag.Quoted(pattern) + " matches no file of the source " + s.String())
		}
	}
}

// trim cuts the newline that echo and --from-file put after a single line.
func (s *Spec) trim(t string) string {
	if s.Trim != nil && !*s.Trim || strings.Count(t, "\n") != 1 {
		return t
	}
	return strings.TrimSuffix(t, "\n")
}

func matchAny(globs []string, name string) bool {
	for _, g := range globs {
		if glob.Glob(g, name) {
			return true
		}
	}
	return false
}

func binaryValue(s *Spec, file string) error {
	return &diag.Problem{
		Cause: diag.CauseData, Code: "not-utf8", Pos: diag.Pos{File: file}, Text: "the file is not UTF-8 text and cannot be a value",
		Hint: "leave it out with read: on " + s.String() + "; copy and .Files take any bytes",
	}
}

func missingHint(s *Spec) string {
	what := map[string]string{"configMap": "mount the ConfigMap at " + s.where(), "secret": "mount the Secret at " + s.where(), "downwardAPI": "mount the downward API volume at " + s.where()}[s.Kind()]
	if what == "" {
		what = "create it"
	}
	return what + ", or set optional: true"
}

// inputProblem words an error of reading an input.
func inputProblem(at diag.Pos, what string, err error, hint string) error {
	var p *diag.Problem
	if errors.As(err, &p) {
		return p
	}
	reason := "cannot be read"
	var pe *fs.PathError
	switch {
	case errors.Is(err, fs.ErrNotExist):
		reason = "there is nothing there"
	case errors.As(err, &pe):
		reason = fmt.Sprintf("%s %s: %v", pe.Op, diag.Quoted(pe.Path), pe.Err)
		hint = ""
	}
	switch {
	case errors.Is(err, syscall.ENOTDIR):
		hint = "a single file is read with file:"
	case errors.Is(err, errOutside):
		hint = "validate reads what lies in the checkout, so that a change to it cannot make it show anything else; --root DIR says where absolute paths lead"
	}
	return &diag.Problem{Cause: diag.CauseInput, Code: "input", Pos: at, Text: what + ": " + reason, Hint: hint, Err: err}
}
