package sources

import (
	"slices"
	"strings"
	"unicode/utf8"

	"confit/render/diag"
	"confit/render/values"
)

// twinOf gives the variable that NAME_FILE stands in for, if the source names it.
func (s *Spec) twinOf(name string) (of string, ok bool) {
	of, ok = strings.CutSuffix(name, "_FILE")
	return of, ok && slices.Contains(s.FromFile, of)
}

// fromFile gives the variable of that name the content of the file that its twin names.
func (r *reader) fromFile(s *Spec, name, twin, file string) (values.Var, error) {
	v := s.variable(name)
	v.Origin.Var, v.Origin.File = twin, file
	if slices.ContainsFunc(r.Env, func(pair string) bool { return strings.HasPrefix(pair, name+"=") }) {
		return v, &diag.Problem{
			Cause: diag.CauseData, Code: "env-ambiguous", Pos: diag.Pos{File: "env " + name},
			Text: diag.Quoted(name) + " is set, and so is " + diag.Quoted(twin), Hint: "unset one of the two",
		}
	}
	data, _, err := r.ReadFile(file)
	switch {
	case err != nil:
		return v, inputProblem(s.Where.At("fromFile"), "the file that "+diag.Quoted(twin)+" names", err, "mount it, or unset "+twin)
	case !utf8.Valid(data):
		return v, binaryValue(s, file)
	}
	v.Value = s.trim(string(data))
	return v, nil
}
