package render

import (
	"io/fs"
	"path"
	"strings"

	"confit/render/content"
	"confit/render/diag"
	"confit/render/format"
	"confit/render/template"
	"confit/render/tree"
)

// make does one job.
func (w *worker) make(j job) (content.Output, *template.Reads, error) {
	switch e := j.entry; {
	case e.Has("values"):
		return w.values(e, j.to)
	case e.Has("inline"):
		return w.template(j, e.source("inline", e.Inline), nil, j.to)
	case e.Has("envsubst"):
		return w.envsubst(e, j.file, outputPath(j.to, j.name()))
	case e.Has("copy") || !j.isTemplate():
		return e.copied(j.file, outputPath(j.to, j.name())), nil, nil
	}
	defs, err := j.partials()
	if err != nil {
		return content.Output{}, nil, err
	}
	src, err := template.FileSource(j.file)
	if err != nil {
		return content.Output{}, nil, err
	}
	if j.alone {
		j.file.Data = nil
	}
	return w.template(j, src, defs, outputPath(j.to, strings.TrimSuffix(j.name(), ".tmpl")))
}

// outputPath is path.Join, which would copy the name where the target is the top.
func outputPath(to, name string) string {
	if name != "" && (to == "" || to == "." || path.Clean(to) == ".") {
		return path.Clean(name) // which is the same string, if it is clean
	}
	return path.Join(to, name)
}

// name is the path of the job's file below the target; a single file has the target's.
func (j job) name() string {
	if j.single && j.to != "" {
		return ""
	}
	return strings.TrimPrefix(j.file.Path, j.above)
}

// mode is that of the job's file.
func (j job) mode() fs.FileMode {
	if j.file == nil {
		return 0
	}
	return j.file.Mode
}

// isTemplate tells whether the file is executed; in a folder, only *.tmpl are.
func (j job) isTemplate() bool { return j.single || strings.HasSuffix(j.file.Path, ".tmpl") }

// template makes the output of one template.
func (w *worker) template(j job, src *template.Source, partials template.Partials, to string) (content.Output, *template.Reads, error) {
	defer w.Running.Begin("template", src.Name)()
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

// envsubst makes the output of a text with variables.
func (w *worker) envsubst(e *Entry, f *content.File, to string) (content.Output, *template.Reads, error) {
	defer w.Running.Begin("envsubst", f.From)()
	src, err := template.FileSource(f)
	if err != nil {
		return content.Output{}, nil, err
	}
	c, reads, err := w.lib.Substitute(src, e.Vars, w.Values.Root())
	if err != nil {
		return content.Output{}, nil, err
	}
	return e.output(to, c, f.Mode), reads, nil
}

func (e *Entry) output(to string, c content.Content, from fs.FileMode) content.Output {
	return content.Output{Path: to, Mode: e.mode(c.IsSensitive(), from), Content: c, Adopt: e.Overwrite, Made: e.StaticTo() != e.To, Entry: e.outputs}
}

// copied is a file as it is; one of a sensitive source is masked whole.
func (e *Entry) copied(f *content.File, to string) content.Output {
	c := content.Plain(f.Data)
	switch {
	case f.Blob != nil:
		c = content.FromBlob(f.Blob, f.Sensitive)
	case f.Sensitive:
		c = content.Sensitive(f.Data, []byte(content.Mask))
	}
	return e.output(to, c, f.Mode)
}

// values writes a part of the values as a file.
func (r *renderer) values(e *Entry, to string) (content.Output, *template.Reads, error) {
	path, _ := tree.ParsePath(e.Values)
	defer r.Running.Begin("values", e.Values)()
	n, deepest := r.Values.Root().Find(path)
	if n == nil {
		return content.Output{}, nil, r.lib.NoValue(e.At("values"), path, deepest)
	}
	c, reads, err := r.lib.Encode(n, format.ByExtension(to).Encode)
	if err != nil {
		return content.Output{}, nil, diag.Problemf(diag.CauseData, "format", e.At("values"), "the values of %s cannot become %s: %v", diag.Quoted(e.Values), diag.Quoted(to), err)
	}
	return e.output(to, c, 0), reads, nil
}
