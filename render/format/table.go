package format

import (
	"path"
	"slices"
	"strings"

	"confit/render/diag"
	"confit/render/tree"
)

// A Format is a notation of configuration files. A nil function is an operation that confit
// does not do with it.
type Format struct {
	Name        string
	Extensions  []string // of file names, with the dot
	Decode      func(data []byte, o *tree.Origin) (*tree.Node, error)
	Encode      func(v any) (string, error) // of a values: output, without the last newline
	Check       func(data []byte, b *diag.Budget) *Violation
	Dialects    []Format // of readers that disagree, by their names; Encode and Decode may be nil
	Flat        *Format  // names with dots stay as they are
	First       *Format  // of several documents, the first is read
	AutoChecked bool     // an output with such an extension is checked unless the spec says otherwise
}

// All are the formats, in the order in which messages list them. A new format is a new row.
var All = []Format{
	{Name: "yaml", Extensions: []string{".yaml", ".yml"}, Decode: DecodeYAML, Encode: EncodeYAMLPretty, Check: checkYAML, AutoChecked: true, First: &Format{
		Name: "yaml", Decode: decodeFirstYAML, Encode: EncodeYAMLPretty,
	}},
	{Name: "json", Extensions: []string{".json"}, Decode: DecodeJSON, Encode: encodeJSONFile, Check: checkJSON, AutoChecked: true},
	{Name: "toml", Extensions: []string{".toml"}, Decode: DecodeTOML, Encode: encodeTOMLFile, Check: checkBy(DecodeTOML), AutoChecked: true},
	{Name: "properties", Extensions: []string{".properties"}, Decode: DecodeProperties, Encode: EncodeProperties, Check: checkBy(decodeFlatProperties), Flat: &Format{
		Name: "properties", Decode: decodeFlatProperties, Encode: encodeFlatProperties,
	}},
	{Name: "ini", Extensions: []string{".ini"}, Decode: commonINI.decodeFile, Encode: commonINI.encodeFile, Check: checkBy(windowsINI.decodeFile), Dialects: []Format{
		windowsINI.format(), goINI.format(), phpINI.format(), pythonINI.format(),
	}},
	{Name: "env", Extensions: []string{".env"}, Decode: DecodeDotenv, Encode: EncodeEnv, Check: checkBy(checkDotenv), Dialects: []Format{
		envDialect("compose", composeQuote), envDialect("node", nodeQuote), envDialect("shell", shellWord),
	}},
	{Name: "kubernetes-env", Decode: DecodeKubernetesEnv, Encode: EncodeKubernetesEnv, Check: checkKubernetesEnv},
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

// Dialect finds the format as the readers of a dialect understand it; "" is the format itself,
// and nil means that there is no such dialect.
func (f *Format) Dialect(name string) *Format {
	if name == "" {
		return f
	}
	i := slices.IndexFunc(f.Dialects, func(d Format) bool { return d.Name == name })
	if i < 0 {
		return nil
	}
	d := f.Dialects[i]
	if d.Decode == nil {
		d.Decode = f.Decode
	}
	return &d
}

// DialectNames lists the dialects, as a hint does.
func (f *Format) DialectNames() string {
	names := make([]string, len(f.Dialects))
	for i := range names {
		names[i] = f.Dialects[i].Name
	}
	return strings.Join(names, ", ")
}

// ReadDialects are the dialects that confit reads in their own way, of all formats.
func ReadDialects() []string {
	var names []string
	for i := range All {
		for _, d := range All[i].Dialects {
			if d.Decode != nil {
				names = append(names, d.Name)
			}
		}
	}
	return names
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
