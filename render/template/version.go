package template

import (
	"text/template/parse"

	"github.com/Masterminds/semver/v3"

	"confit/render/diag"
)

// versionMethod calls a method of a parsed version. No other result of a function has methods. A
// call by the name through reflection would keep every method of every type in the binary.
func (e *eval) versionMethod(at parse.Node, v *semver.Version, name string, args []any) any {
	part, isPart := versionPart(v, name)
	compare := versionComparison(v, name)
	switch {
	case !isPart && compare == nil:
		return e.fail(at, "no-method", "a version has no "+diag.Quoted(name), "there are Major, Minor, Patch, Prerelease, Metadata, Original, Compare, Equal, LessThan and GreaterThan")
	case isPart && len(args) == 0:
		return part
	case isPart:
		return e.fail(at, "bad-argument", name+" takes "+diag.Plural(0, "version"), "")
	}
	if len(args) == 1 {
		if other, ok := args[0].(*semver.Version); ok {
			return compare(other)
		}
	}
	return e.fail(at, "bad-argument", name+" takes "+diag.Plural(1, "version"), `like (semver "1.2.3")`)
}

func versionPart(v *semver.Version, name string) (any, bool) {
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

// versionComparison is the comparison of that name; nil for none.
func versionComparison(v *semver.Version, name string) func(*semver.Version) any {
	switch name {
	case "Compare":
		return func(o *semver.Version) any { return v.Compare(o) }
	case "Equal":
		return func(o *semver.Version) any { return v.Equal(o) }
	case "LessThan":
		return func(o *semver.Version) any { return v.LessThan(o) }
	case "GreaterThan":
		return func(o *semver.Version) any { return v.GreaterThan(o) }
	}
	return nil
}
