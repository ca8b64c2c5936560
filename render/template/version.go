package template

import (
	"reflect"
	"slices"
	"strings"
	"text/template/parse"

	"github.com/Masterminds/semver/v3"

	"confit/render/diag"
)

// versionMethods are the methods of a version that a template can call.
var versionMethods = strings.Fields(`Major Minor Patch Prerelease Metadata Original String
	IncMajor IncMinor IncPatch Compare Equal LessThan GreaterThan`)

// versionMethod calls a method of a parsed version. No other result of a function has methods.
func (e *eval) versionMethod(at parse.Node, v *semver.Version, name string, args []any) any {
	if !slices.Contains(versionMethods, name) {
		return e.fail(at, "no-method", "a version has no "+diag.Quoted(name), "there are Major, Minor, Patch, Prerelease, Metadata, Original, Compare, Equal, LessThan and GreaterThan")
	}
	method := reflect.ValueOf(v).MethodByName(name)
	in := make([]reflect.Value, len(args))
	for i := range args {
		in[i] = reflect.ValueOf(args[i])
	}
	switch takes := method.Type().NumIn(); {
	case takes != len(in), takes == 1 && (!in[0].IsValid() || in[0].Type() != method.Type().In(0)):
		hint := ""
		if takes == 1 {
			hint = `like (semver "1.2.3")`
		}
		return e.fail(at, "bad-argument", name+" takes "+diag.Plural(takes, "version"), hint)
	}
	switch part := method.Call(in)[0].Interface().(type) {
	case uint64:
		return int64(part)
	case semver.Version:
		return &part
	default:
		return part
	}
}
