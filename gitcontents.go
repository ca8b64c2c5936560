package main

import (
	"regexp"
	"slices"
	"strconv"
	"strings"

	"confit/render"
	"confit/render/content"
	"confit/render/glob"
	"confit/sources"
)

// filesRead are the ways in which the text of a template names a file of .Files, and
// filesUsed all ways to come by .Files.
var (
	filesRead = regexp.MustCompile("\\.Files\\.(?:Get|GetBytes|Lines|Glob)\\s+(\"(?:[^\"\\\\]|\\\\.)*\"|`[^`]*`)")
	filesUsed = regexp.MustCompile("\\.Files\\b|[\"`]Files[\"`]")
)

// requireFiles makes sure that the contents that templates may need of Git sources are held:
// their own texts, and the files that they name, or all files where a name is computed. A
// commit of an earlier run that lacks one is fetched now.
func (in *inputs) requireFiles(git *sources.Git, sp *spec, flags pipeFlags) error {
	var executed []*content.File
	for i := range sp.Render {
		executed = append(executed, executedBy(&sp.Render[i], in.found[sp.Render[i].Ref()])...)
	}
	if err := git.RequireToRead(executed); err != nil {
		return err
	}
	texts, err := textsOf(executed)
	if err != nil {
		return err
	}
	for i := range sp.Render {
		texts = append(texts, sp.Render[i].Inline)
	}
	callsTpl := slices.ContainsFunc(texts, func(text string) bool { return strings.Contains(text, "tpl") })
	if callsTpl { // it executes any text of the inputs
		texts = slices.Concat(texts, in.texts(), flags.set, flags.setString, flags.setFile, flags.setJSON)
	}
	names, all := namesIn(texts...)
	named := in.filesNamed(names, all)
	if err := git.RequireToRead(named); err != nil || !callsTpl || all {
		return err
	}
	for _, f := range named { // tpl executes these, too; there may be many
		data, err := f.Bytes()
		if err != nil {
			return err
		}
		more, any := namesIn(string(data))
		names, all = append(names, more...), all || any
	}
	return git.RequireToRead(in.filesNamed(names, all))
}

// executedBy lists the files of an entry whose text is executed, and not copied.
func executedBy(e *render.Entry, found content.Found) []*content.File {
	switch e.Kind() {
	case "template":
		executed := slices.Clone(found.Partials)
		for _, f := range found.Files {
			if found.Single || strings.HasSuffix(f.Path, ".tmpl") {
				executed = append(executed, f)
			}
		}
		return executed
	case "envsubst":
		return found.Files
	}
	return nil
}

func textsOf(files []*content.File) ([]string, error) {
	var texts []string
	for _, f := range files {
		data, err := f.Bytes()
		if err != nil {
			return nil, err
		}
		texts = append(texts, string(data))
	}
	return texts, nil
}

// texts are the inputs that values were made of.
func (in *inputs) texts() []string {
	var texts []string
	for i := range in.files {
		f := &in.files[i]
		if f.Blob == nil || sources.WasRead(f.Blob) {
			data, _ := f.Bytes() // it was read before
			texts = append(texts, string(data))
		}
	}
	for i := range in.layers {
		for _, v := range in.layers[i].Vars {
			texts = append(texts, v.Value)
		}
	}
	return texts
}

// filesNamed lists the files of Git sources that have one of the names, or all of them.
func (in *inputs) filesNamed(names []string, all bool) []*content.File {
	var files []*content.File
	for i := range in.files {
		f := &in.files[i]
		if f.Blob != nil && (all || slices.ContainsFunc(names, func(name string) bool { return isNamed(f, name) })) {
			files = append(files, f)
		}
	}
	return files
}

// namesIn lists the names of files in the texts of templates. All is set where a text comes
// by .Files in another way.
func namesIn(texts ...string) (names []string, all bool) {
	for _, text := range texts {
		read := filesRead.FindAllStringSubmatch(text, -1)
		for _, m := range read {
			name, err := strconv.Unquote(m[1])
			names, all = append(names, name), all || err != nil
		}
		all = all || len(read) < len(filesUsed.FindAllStringIndex(text, -1))
	}
	return names, all
}

// isNamed tells whether a template means a file by a name or a glob, like site:*.html.
func isNamed(f *content.File, name string) bool {
	if tree, rest, ok := strings.Cut(name, ":"); ok {
		return f.Tree == tree && (f.Path == rest || glob.Match(rest, f.Path))
	}
	return f.Path == name || glob.Match(name, f.Path)
}
