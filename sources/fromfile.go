package sources

import (
	"errors"
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
	data, _, err := r.ReadFile(file)
	switch {
	case err != nil:
		return v, inputProblem(s.Places.At("fromFile"), "the file that "+diag.Quoted(fileVar)+" names", err, "mount it, or unset "+fileVar)
	case !utf8.Valid(data):
		return v, binaryValue(s, file)
	}
	v.Value = s.trim(string(data))
	return v, nil
}

// ParseSetFile reads path=file. The content of the file is the value.
func (s *Snapshot) ParseSetFile(text string, o *tree.Origin) ([]values.Assignment, error) {
	name, file, ok := strings.Cut(text, "=")
	if !ok {
		return nil, errors.New("write path=file")
	}
	data, _, err := s.ReadFile(file)
	if err != nil {
		return nil, inputProblem(diag.Pos{}, "--set-file "+diag.Quoted(text), err, "name a file that is there")
	}
	if !utf8.Valid(data) {
		return nil, &diag.Problem{Cause: diag.CauseData, Code: "not-utf8", Pos: diag.Pos{File: file}, Text: "--set-file: the file is not UTF-8 text and cannot be a value", Hint: "copy and .Files take any bytes"}
	}
	a, err := values.Assign(name, string(data), &tree.Origin{Source: o.Source, File: file})
	return []values.Assignment{a}, err
}
