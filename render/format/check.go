package format

import (
	"bytes"
	"encoding/xml"
	"errors"
	"io"
	"path"
	"sort"

	"go.yaml.in/yaml/v3"

	"confit/render/diag"
	"confit/render/tree"
)

// A Fault is what is wrong with a rendered file, at one of its lines.
type Fault struct {
	File     string // the name of the output, without its folders
	Line     int    // 0: unknown
	Text     string
	Nameless string // the text without names of the file, where it has any: they may be secrets
}

// Check parses a rendered file by its format and gives its first fault; nil when it
// is sound, or of no format that is checked. The text quotes no value of the file.
func Check(format string, data []byte) *Fault {
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

// OfName is the format that a file name stands for; "" where rendering checks nothing.
func OfName(name string) string {
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

func checkJSON(data []byte) *Fault {
	if bytes.HasPrefix(data, []byte(byteOrderMark)) {
		return &Fault{Line: 1, Text: "JSON begins with a byte order mark, which many readers refuse"}
	}
	_, err := DecodeJSON(data, &tree.Origin{Sensitive: true}) // for all that is known here
	return FaultOf(err)
}

func checkTOML(data []byte) *Fault {
	_, err := DecodeTOML(data, &tree.Origin{})
	return FaultOf(err)
}

func checkLines(format string, data []byte) *Fault {
	decode := map[string]func([]byte, *tree.Origin) (*tree.Node, error){"ini": DecodeINI, "properties": DecodeProperties, "env": DecodeDotenv}[format]
	_, err := decode(data, &tree.Origin{})
	return FaultOf(err)
}

func FaultOf(err error) *Fault {
	var p *diag.Problem
	if !errors.As(err, &p) {
		return nil
	}
	return &Fault{Line: p.Pos.Line, Text: p.Text, Nameless: namelessTexts[p.Code]}
}

// namelessTexts are for the problems of data that name a key.
var namelessTexts = map[string]string{
	"duplicate-key":   "a key is there twice",
	"leaf-and-parent": "a key has a value, and another key is below it",
}

// checkYAML takes what other readers take: streams and tags, but no key twice.
func checkYAML(data []byte) *Fault {
	if line, bad := badUTF8(data); bad {
		return &Fault{Line: line, Text: "not UTF-8 text"}
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
			return &Fault{Line: line, Text: text}
		}
		if f := twice(&doc); f != nil {
			return f
		}
	}
}

// twice finds a key that a map has more than once.
func twice(n *yaml.Node) *Fault {
	if n.Kind == yaml.MappingNode {
		keys := make([]*yaml.Node, 0, len(n.Content)/2)
		for i := 0; i < len(n.Content); i += 2 {
			keys = append(keys, n.Content[i])
		}
		sort.SliceStable(keys, func(i, j int) bool { return keys[i].Value < keys[j].Value })
		for i := 1; i < len(keys); i++ {
			if keys[i].Value == keys[i-1].Value && keys[i].Kind == yaml.ScalarNode && keys[i].ShortTag() == keys[i-1].ShortTag() && keys[i].Value != "<<" {
				return &Fault{Line: keys[i].Line, Text: "a map has the same key twice"}
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

func checkXML(data []byte) *Fault {
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
			return &Fault{Line: line, Text: "not well-formed XML: an element is not closed or closed twice, or a sign like < or & stands alone"}
		}
		if _, ok := tok.(xml.StartElement); ok {
			elements++
		}
	}
	if elements == 0 {
		return &Fault{Line: 1, Text: "not well-formed XML: there is no element"}
	}
	return nil
}
