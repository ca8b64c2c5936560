package format

import (
	"path"
	"slices"
	"strings"

	"confit/render/tree"
)

// A Format is a notation of configuration files. A nil function is an operation that confit
// does not do with it.
type Format struct {
	Name        string
	Extensions  []string // of file names, with the dot
	Decode      func(data []byte, o *tree.Origin) (*tree.Node, error)
	Encode      func(v any) (string, error) // of a values: output, without the last newline
	Check       func(data []byte) *Violation
	AutoChecked bool // an output with such an extension is checked unless the spec says otherwise
}

// All are the formats, in the order in which messages list them. A new format is a new row.
var All = []Format{
	{Name: "yaml", Extensions: []string{".yaml", ".yml"}, Decode: DecodeYAML, Encode: EncodeYAMLPretty, Check: checkYAML, AutoChecked: true},
	{Name: "json", Extensions: []string{".json"}, Decode: DecodeJSON, Encode: encodeJSONFile, Check: checkJSON, AutoChecked: true},
	{Name: "toml", Extensions: []string{".toml"}, Decode: DecodeTOML, Encode: encodeTOMLFile, Check: checkBy(DecodeTOML), AutoChecked: true},
	{Name: "properties", Extensions: []string{".properties"}, Decode: DecodeProperties, Encode: EncodeProperties, Check: checkBy(DecodeProperties)},
	{Name: "ini", Extensions: []string{".ini"}, Decode: DecodeINI, Encode: EncodeINI, Check: checkBy(DecodeINI)},
	{Name: "env", Extensions: []string{".env"}, Decode: DecodeDotenv, Encode: EncodeEnv, Check: checkBy(DecodeDotenv)},
	{Name: "xml", Extensions: []string{".xml"}, Check: checkXML, AutoChecked: true},
}

// ByName finds a format by the name that a spec gives it; nil if there is none.
func ByName(name string) *Format {
	return find(func(f Format) bool { return f.Name == name })
}

// ByExtension finds the format of a file by the extension of its name; nil if there is none.
func ByExtension(file string) *Format {
	ext := path.Ext(file)
	return find(func(f Format) bool { return slices.Contains(f.Extensions, ext) })
}

func find(matches func(Format) bool) *Format {
	if i := slices.IndexFunc(All, matches); i >= 0 {
		return &All[i]
	}
	return nil
}

// Names are the names of the formats that a predicate holds for.
func Names(has func(*Format) bool) []string {
	var names []string
	for i := range All {
		if has(&All[i]) {
			names = append(names, All[i].Name)
		}
	}
	return names
}

// Readable tells whether confit reads values from the format; every such format can also be
// written.
func (f *Format) Readable() bool { return f != nil && f.Decode != nil }

// Checkable tells whether confit checks rendered files of the format.
func (f *Format) Checkable() bool { return f != nil && f.Check != nil }

// ValueExtensions lists the extensions of files of values, as a hint does.
func ValueExtensions() string {
	var all []string
	for i := range All {
		if All[i].Readable() {
			all = append(all, All[i].Extensions...)
		}
	}
	last := len(all) - 1
	return strings.Join(all[:last], ", ") + " or " + all[last]
}
