package sources

import (
	"slices"
	"strings"
	"unicode/utf8"

	"confit/render/diag"
	"confit/render/tree"
	"confit/render/values"
)

// fromFileOf gives NAME for NAME_FILE, if fromFile: lists NAME.
func (s *Spec) fromFileOf(name string) (of string, ok bool) {
	of, ok = strings.CutSuffix(name, "_FILE")
	return of, ok && slices.Contains(s.FromFile, of)
}

// fromFile gives the variable name the content of a file. The variable fileVar names the
// file.
func (r *reader) fromFile(s *Spec, name, fileVar, file string) (values.Var, error) {
	v := s.variable(name)
	v.Origin.Var, v.Origin.File = fileVar, file
	if slices.ContainsFunc(r.Env, func(pair string) bool { return strings.HasPrefix(pair, name+"=") }) {
		return v, &diag.Problem{
			Cause: diag.CauseData, Code: "env-ambiguous", Pos: diag.Pos{File: "env " + name},
			Text: diag.Quoted(name) + " is set, and so is " + diag.Quoted(fileVar), Hint: "unset one of the two",
		}
	}
	content, err := r.ReadFile(file)
	switch {
	case err != nil:
		return v, inputProblem(s.Places.At("fromFile"), "the file that "+diag.Quoted(fileVar)+" names", err, "mount it, or unset "+fileVar)
	case !utf8.Valid(content.Data):
		return v, binaryValue(s, file)
	}
	s.setValue(&v, s.trim(string(content.Data)))
	r.vars = append(r.vars, varFile{content.Inode, v.Origin})
	return v, nil
}

// ParseSetFile parses path=file,path=file. Each path gets the content of its file.
func (s *Snapshot) ParseSetFile(text string, o *tree.Origin) ([]values.Assignment, error) {
	return values.ParseSetFile(text, o, func(file string) (*tree.Node, error) {
		if file == "" {
			return nil, &diag.Problem{Cause: diag.CauseUsage, Code: "usage", Text: "--set-file: a value names no file", Hint: "write path=FILE"}
		}
		content, err := s.ReadFile(file)
		if err != nil {
			return nil, inputProblem(diag.Pos{}, "--set-file "+diag.Quoted(file), err, "name a file that is there; a comma in its name is \\,")
		}
		if !utf8.Valid(content.Data) {
			return nil, &diag.Problem{Cause: diag.CauseData, Code: "not-utf8", Pos: diag.Pos{File: file}, Text: "--set-file: the file is not UTF-8 text and cannot be a value", Hint: "copy and .Files take any bytes"}
		}
		return values.FileText(string(content.Data), &tree.Origin{Source: o.Source, File: file, Sensitive: s.secrets[content.Inode]}), nil
	})
}
