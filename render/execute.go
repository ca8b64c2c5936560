package render

import (
	"io/fs"
	"path"
	"strings"

	"confit/render/content"
	"confit/render/diag"
	"confit/render/template"
	"confit/render/tree"
)

// makeFromFile executes a template; other files of a folder are copied.
func (w *worker) makeFromFile(j job) (content.Output, *template.Reads, error) {
	if !j.isTemplate() {
		return w.makeCopy(j)
	}
	defs, err := j.partials()
	if err != nil {
		return content.Output{}, nil, err
	}
	src, err := template.FileSource(j.file)
	if err != nil {
		return content.Output{}, nil, err
	}
	if j.onlyUse {
		j.file.Data = nil
	}
	return w.template(j, src, defs, outputPath(j.to, strings.TrimSuffix(j.name(), ".tmpl")))
}

func (w *worker) makeInline(j job) (content.Output, *template.Reads, error) {
	return w.template(j, j.entry.source("inline", j.entry.Inline), nil, j.to)
}

// outputPath is path.Join without a copy of the name where to is the top.
func outputPath(to, name string) string {
	if name != "" && (to == "" || to == "." || path.Clean(to) == ".") {
		return path.Clean(name) // the same string, if it is clean
	}
	return path.Join(to, name)
}

// name is the path of the job's file below to. It is empty for a single file whose name is
// to.
func (j job) name() string {
	if j.single && j.to != "" && j.to != "." && !strings.HasSuffix(j.to, "/") {
		return ""
	}
	return strings.TrimPrefix(j.file.Path, j.prefix)
}

// mode is the mode of the job's file at its source.
func (j job) mode() fs.FileMode {
	if j.file == nil {
		return 0
	}
	return j.file.Mode
}

// isTemplate tells whether the file is executed. In a folder, only *.tmpl are.
func (j job) isTemplate() bool { return j.single || strings.HasSuffix(j.file.Path, ".tmpl") }

// template executes one template.
func (w *worker) template(j job, src *template.Source, partials template.Partials, to string) (content.Output, *template.Reads, error) {
	defer w.Activity.Begin("template", src.Name)()
	p, err := w.lib.Parse(src, j.entry.delim(0), j.entry.delim(1), partials)
	if err != nil {
		return content.Output{}, nil, err
	}
	c, reads, err := w.lib.Run(p, j.dot, &w.buf, w.checker(j.entry, to))
	if err != nil {
		return content.Output{}, nil, err
	}
	return j.entry.output(to, c, j.mode()), reads, nil
}

// makeEnvsubst replaces the variables of a text.
func (w *worker) makeEnvsubst(j job) (content.Output, *template.Reads, error) {
	e, f := j.entry, j.file
	defer w.Activity.Begin("envsubst", f.From)()
	src, err := template.FileSource(f)
	if err != nil {
		return content.Output{}, nil, err
	}
	to := outputPath(j.to, j.name())
	c, reads, err := w.lib.Substitute(src, template.Variables{Paths: e.Vars, Only: e.Only}, w.checker(e, to))
	if err != nil {
		return content.Output{}, nil, err
	}
	return e.output(to, c, f.Mode), reads, nil
}

func (e *Entry) output(to string, c content.Content, source fs.FileMode) content.Output {
	return content.Output{Path: to, Mode: e.mode(c.IsSensitive(), source), Content: c, Adopt: e.Overwrite, Computed: e.StaticTo() != e.To, Entry: e.outputs}
}

// makeCopy copies a file. A sensitive one is masked whole.
func (w *worker) makeCopy(j job) (content.Output, *template.Reads, error) {
	f := j.file
	c := content.Plain(f.Data)
	switch {
	case f.Blob != nil:
		c = content.FromBlob(f.Blob, f.Sensitive)
	case f.Sensitive:
		c = content.Sensitive(f.Data, []byte(content.Mask))
	}
	return j.entry.output(outputPath(j.to, j.name()), c, f.Mode), nil, nil
}

// makeValues encodes a part of the values.
func (w *worker) makeValues(j job) (content.Output, *template.Reads, error) {
	e := j.entry
	path, _ := tree.ParsePath(e.Values)
	defer w.Activity.Begin("values", e.Values)()
	n, deepest := w.Values.Root().Find(path)
	if n == nil {
		return content.Output{}, nil, w.lib.NoValue(e.At("values"), path, deepest)
	}
	c, reads, err := w.lib.Encode(n, e.encoder(j.to))
	if err != nil {
		return content.Output{}, nil, diag.Problemf(diag.CauseData, "format", e.At("values"), "the values of %s cannot become %s: %v", diag.Quoted(e.Values), diag.Quoted(j.to), err)
	}
	return e.output(j.to, c, 0), reads, nil
}
