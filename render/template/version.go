package template

import (
	"text/template/parse"

	"github.com/Masterminds/semver/v3"

	"confit/render/diag"
)

// versionPart gives a part of a parsed version, or compares it: of all that functions
// return, versions alone have methods.
func (e *eval) versionPart(at parse.Node, v *semver.Version, name string, args []any) any {
	if part, ok := versionField(v, name); ok && len(args) == 0 {
		return part
	}
	compare := map[string]func(*semver.Version) any{
		"Compare":     func(o *semver.Version) any { return v.Compare(o) },
		"Equal":       func(o *semver.Version) any { return v.Equal(o) },
		"LessThan":    func(o *semver.Version) any { return v.LessThan(o) },
		"GreaterThan": func(o *semver.Version) any { return v.GreaterThan(o) },
	}[name]
	if compare == nil {
		return e.fail(at, "no-method", "a version has no "+diag.Quoted(name), "there are Major, Minor, Patch, Prerelease, Metadata, Original, Compare, Equal, LessThan and GreaterThan")
	}
	if len(args) == 1 {
		if other, ok := args[0].(*semver.Version); ok {
			return compare(other)
		}
	}
	return e.fail(at, "bad-argument", name+" takes 1 version", `like (semver "1.2.3")`)
}

func versionField(v *semver.Version, name string) (any, bool) {
	next := func(n semver.Version) (any, bool) { return &n, true }
	switch name {
	case "Major":
		return int64(v.Major()), true
	case "Minor":
		return int64(v.Minor()), true
	case "Patch":
		return int64(v.Patch()), true
	case "Prerelease":
		return v.Prerelease(), true
	case "Metadata":
		return v.Metadata(), true
	case "Original":
		return v.Original(), true
	case "String":
		return v.String(), true
	case "IncMajor":
		return next(v.IncMajor())
	case "IncMinor":
		return next(v.IncMinor())
	case "IncPatch":
		return next(v.IncPatch())
	}
	return nil, false
}
