package render

import (
	"bytes"
	"encoding/xml"
	"errors"
	"io"
	"path"
	"reflect"
	"slices"
	"sort"

	"go.yaml.in/yaml/v3"

	"confit/render/diag"
	"confit/render/specfile"
	"confit/render/tree"
)

// A fault is what is wrong with a rendered file, at one of its lines.
type fault struct {
	file     string // the name of the output, without its folders
	line     int    // 0: unknown
	text     string
	nameless string // the text without names of the file, where it has any: they may be secrets
}

// checkText parses a rendered file by its format and gives its first fault; nil when it
// is sound, or of no format that is checked. The text quotes no value of the file.
func checkText(format string, data []byte) *fault {
	switch format {
	case "json":
		return checkJSON(data)
	case "yaml":
		return checkYAML(data)
	case "toml":
		return checkTOML(data)
	case "xml":
		return checkXML(data)
	case "ini", "properties", "env":
		return checkLines(format, data)
	}
	return nil
}

// formatOf is the format that a file name stands for; "" where rendering checks nothing.
func formatOf(name string) string {
	switch path.Ext(name) {
	case ".json":
		return "json"
	case ".yaml", ".yml":
		return "yaml"
	case ".toml":
		return "toml"
	case ".xml":
		return "xml"
	}
	return ""
}

func checkJSON(data []byte) *fault {
	if bytes.HasPrefix(data, []byte(byteOrderMark)) {
		return &fault{line: 1, text: "JSON begins with a byte order mark, which many readers refuse"}
	}
	_, err := DecodeJSON(data, &tree.Origin{Sensitive: true}) // for all that is known here
	return faultOf(err)
}

func checkTOML(data []byte) *fault {
	_, err := DecodeTOML(data, &tree.Origin{})
	return faultOf(err)
}

func checkLines(format string, data []byte) *fault {
	decode := map[string]func([]byte, *tree.Origin) (*tree.Node, error){"ini": DecodeINI, "properties": DecodeProperties, "env": DecodeDotenv}[format]
	_, err := decode(data, &tree.Origin{})
	return faultOf(err)
}

func faultOf(err error) *fault {
	var p *diag.Problem
	if !errors.As(err, &p) {
		return nil
	}
	return &fault{line: p.Pos.Line, text: p.Text, nameless: namelessTexts[p.Code]}
}

// namelessTexts are for the problems of data that name a key.
var namelessTexts = map[string]string{
	"duplicate-key":   "a key is there twice",
	"leaf-and-parent": "a key has a value, and another key is below it",
}

// checkYAML takes what other readers take: streams and tags, but no key twice.
func checkYAML(data []byte) *fault {
	if line, bad := badUTF8(data); bad {
		return &fault{line: line, text: "not UTF-8 text"}
	}
	dec := yaml.NewDecoder(bytes.NewReader(data))
	for {
		var doc yaml.Node
		err := dec.Decode(&doc)
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			line, text := yamlSyntax(data, err)
			return &fault{line: line, text: text}
		}
		if f := twice(&doc); f != nil {
			return f
		}
	}
}

// twice finds a key that a map has more than once.
func twice(n *yaml.Node) *fault {
	if n.Kind == yaml.MappingNode {
		keys := make([]*yaml.Node, 0, len(n.Content)/2)
		for i := 0; i < len(n.Content); i += 2 {
			keys = append(keys, n.Content[i])
		}
		sort.SliceStable(keys, func(i, j int) bool { return keys[i].Value < keys[j].Value })
		for i := 1; i < len(keys); i++ {
			if keys[i].Value == keys[i-1].Value && keys[i].Kind == yaml.ScalarNode && keys[i].ShortTag() == keys[i-1].ShortTag() && keys[i].Value != "<<" {
				return &fault{line: keys[i].Line, text: "a map has the same key twice"}
			}
		}
	}
	for _, c := range n.Content {
		if f := twice(c); f != nil {
			return f
		}
	}
	return nil
}

func checkXML(data []byte) *fault {
	dec := xml.NewDecoder(bytes.NewReader(data))
	dec.CharsetReader = func(_ string, in io.Reader) (io.Reader, error) { return in, nil }
	elements := 0
	for {
		tok, err := dec.Token()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			line, _ := dec.InputPos()
			return &fault{line: line, text: "not well-formed XML: an element is not closed or closed twice, or a sign like < or & stands alone"}
		}
		if _, ok := tok.(xml.StartElement); ok {
			elements++
		}
	}
	if elements == 0 {
		return &fault{line: 1, text: "not well-formed XML: there is no element"}
	}
	return nil
}

// A Check says how a rendered file is checked: by its extension, not at all, in a format
// of its own, or against a schema.
type Check struct {
	None   bool
	Format string `yaml:"format"`
	Schema string `yaml:"schema"`
}

var checkFormats = []string{"json", "yaml", "toml", "xml", "ini", "properties", "env"}

// FromSpec reads none, or a map with format and schema.
func (c *Check) FromSpec(n *yaml.Node) error {
	if n.Kind == yaml.ScalarNode && n.Value == "none" {
		c.None = true
		return nil
	}
	var fields struct {
		Format string `yaml:"format"`
		Schema string `yaml:"schema"`
	}
	if n.Kind != yaml.MappingNode {
		return errors.New("none, or a map with format and schema")
	}
	d := specfile.Decoder{}
	d.Decode(n, reflect.ValueOf(&fields).Elem(), "check")
	c.Format, c.Schema = fields.Format, fields.Schema
	if c.Format != "" && !slices.Contains(checkFormats, c.Format) {
		d.Fail(n, diag.NearestOrAll(c.Format, checkFormats, "the formats are "), "check has no format %s", diag.Quoted(c.Format))
	}
	return errors.Join(d.Problems...)
}
