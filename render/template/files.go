package template

import (
	"cmp"
	"encoding/base64"
	"path"
	"slices"
	"strings"
	"text/template/parse"

	"confit/render/content"
	"confit/render/diag"
	"confit/render/format"
	"confit/render/glob"
)

// Files are the .Files of templates: the files of all sources. Of two files with one name, that of
// the later source comes first; "name:path" selects a source.
type Files struct {
	list []*content.File // sorted by path
}

// NewFiles makes Files of the files of all sources, in the order of the sources.
func NewFiles(all []content.File) *Files {
	list := make([]*content.File, 0, len(all))
	for i := range slices.Backward(all) {
		list = append(list, &all[i])
	}
	slices.SortStableFunc(list, func(a, b *content.File) int { return cmp.Compare(a.Path, b.Path) })
	return &Files{list: list}
}

// find returns the file of a name.
func (f *Files) find(name string) (*content.File, bool) {
	tree, p, named := strings.Cut(name, ":")
	if !named {
		tree, p = "", name
	}
	i, _ := slices.BinarySearchFunc(f.list, p, func(a *content.File, p string) int { return cmp.Compare(a.Path, p) })
	for ; i < len(f.list) && f.list[i].Path == p; i++ {
		if !named || f.list[i].Tree == tree {
			return f.list[i], true
		}
	}
	for _, file := range f.list {
		if holdsFiles(file) && strings.HasPrefix(p, file.Path+"/") && (!named || file.Tree == tree) {
			return file, true // its content is an error that tells why the file is not there
		}
	}
	return nil, false
}

// holdsFiles tells whether an entry without content may have files below it that are not
// listed, like a submodule.
func holdsFiles(f *content.File) bool {
	h, ok := f.Blob.(interface{ HoldsFiles() bool })
	return ok && h.HoldsFiles()
}

// match returns the files that match a glob, one for each path.
func (f *Files) match(pattern string) *Files {
	tree, p, named := strings.Cut(pattern, ":")
	if !named {
		p = pattern
	}
	out := &Files{}
	for _, file := range f.list {
		if named && file.Tree != tree || !glob.Match(p, file.Path) && !(holdsFiles(file) && glob.MayMatchBelow(p, file.Path)) {
			continue
		}
		if n := len(out.list); n == 0 || out.list[n-1].Path != file.Path {
			out.list = append(out.list, file)
		}
	}
	return out
}

// fileMethod executes a call like .Files.Get "name".
func (e *eval) fileMethod(at parse.Node, f *Files, name string, args []any) any {
	c := call{at: at, name: ".Files." + name, args: args}
	switch name {
	case "AsConfig", "AsSecrets":
		return e.asData(at, f, name == "AsSecrets")
	case "Get", "GetBytes", "Lines", "Glob":
	default:
		return e.fail(at, "no-method", ".Files has no "+diag.Quoted(name), "there are Get, GetBytes, Glob, Lines, AsConfig and AsSecrets")
	}
	if len(args) != 1 {
		return e.fail(at, "bad-argument", c.name+" takes 1 argument", "")
	}
	key, ok := e.keyOf(c, args[0])
	if !ok {
		return e.failedValue()
	}
	if name == "Glob" {
		return f.match(key)
	}
	file, ok := f.find(key)
	if !ok {
		return e.noFile(at, key)
	}
	text := e.content(at, file)
	if name == "Lines" {
		return anyList(strings.Split(strings.TrimSuffix(text, "\n"), "\n"))
	}
	return text
}

func (e *eval) noFile(at parse.Node, name string) any {
	if e.reads.Secret {
		return e.fail(at, "no-file", "there is no file of that name in any source", "")
	}
	return e.fail(at, "no-file", "there is no file "+diag.Quoted(name)+" in any source", "add a source that has it")
}

// content reads a file. Each file is one value; a file of a sensitive source is a secret.
func (e *eval) content(at parse.Node, f *content.File) string {
	if f.Sensitive {
		e.reads.Secret = true
		e.reads.StandIn = e.reads.StandIn || f.StandIn
		if e.masked && f.Size() > 0 {
			return content.Mask
		}
	}
	if f.Size() > maxText {
		e.charge(at, int(f.Size())) // stops
	}
	src, err := FileSource(f)
	if err != nil {
		p := diag.Problems(err, diag.CauseIO)[0]
		if p.Pos.File == "" { // an entry without content
			e.fail(at, p.Code, p.Text, p.Hint)
			return ""
		}
		panic(stop{p})
	}
	return src.Text
}

// iterateFiles calls each with every path and content, in the order of the paths.
func (e *eval) iterateFiles(at parse.Node, f *Files, each func(key, item any) bool) {
	for _, file := range f.match("**").list {
		if !each(file.Path, e.content(at, file)) {
			return
		}
	}
}

func (e *eval) asData(at parse.Node, f *Files, encode bool) any {
	m := map[string]any{}
	for _, file := range f.list {
		text := e.content(at, file)
		if encode {
			text = base64.StdEncoding.EncodeToString([]byte(text))
		}
		m[path.Base(file.Path)] = text
	}
	text, _ := format.EncodeYAML(m)
	return text
}
