package format

import (
	"bytes"
	"errors"
	"io"
	"sort"

	"go.yaml.in/yaml/v3"

	"confit/render/diag"
	"confit/render/tree"
)

// A Violation is the first error that a check finds in a rendered file. It quotes no value of
// the file.
type Violation struct {
	File       string // the name of the output, without its folders
	Line       int    // 0: unknown
	Text       string
	TextNoKeys string // the text without keys of the file, where Text has any: a key may be a secret
}

func checkJSON(data []byte, b *diag.Budget) *Violation {
	if bytes.HasPrefix(data, []byte(byteOrderMark)) {
		return &Violation{Line: 1, Text: "JSON begins with a byte order mark, which many readers refuse"}
	}
	_, err := DecodeJSON(data, &tree.Origin{Sensitive: true, Budget: b}) // whether the file has a secret is not known here
	return NewViolation(err)
}

// checkBy makes a check of a decoder.
func checkBy(decode func([]byte, *tree.Origin) (*tree.Node, error)) func([]byte, *diag.Budget) *Violation {
	return func(data []byte, b *diag.Budget) *Violation {
		_, err := decode(data, &tree.Origin{Budget: b})
		return NewViolation(err)
	}
}

// NewViolation converts the error of a decoder; nil gives nil.
func NewViolation(err error) *Violation {
	var p *diag.Problem
	if !errors.As(err, &p) {
		return nil
	}
	return &Violation{Line: p.Pos.Line, Text: p.Text, TextNoKeys: textsNoKeys[p.Code]}
}

// textsNoKeys replace the texts of the problems that name a key.
var textsNoKeys = map[string]string{
	"duplicate-key":   "a key is there twice",
	"leaf-and-parent": "a key has a value, and another key is below it",
}

// checkYAML accepts more than DecodeYAML: several documents and custom tags. It refuses
// duplicate keys.
func checkYAML(data []byte, b *diag.Budget) *Violation {
	if line, bad := invalidUTF8(data); bad {
		return &Violation{Line: line, Text: "not UTF-8 text"}
	}
	dec := yaml.NewDecoder(chargedReader{bytes.NewReader(data), b})
	for {
		var doc yaml.Node
		err := dec.Decode(&doc)
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			line, text := describeYAMLError(data, err)
			return &Violation{Line: line, Text: text}
		}
		if f := duplicateKey(&doc); f != nil {
			return f
		}
	}
}

// duplicateKey finds the first key that a map has more than once.
func duplicateKey(n *yaml.Node) *Violation {
	if n.Kind == yaml.MappingNode {
		keys := make([]*yaml.Node, 0, len(n.Content)/2)
		for i := 0; i < len(n.Content); i += 2 {
			keys = append(keys, n.Content[i])
		}
		sort.SliceStable(keys, func(i, j int) bool { return keys[i].Value < keys[j].Value })
		for i := 1; i < len(keys); i++ {
			if keys[i].Value == keys[i-1].Value && keys[i].Kind == yaml.ScalarNode && keys[i].ShortTag() == keys[i-1].ShortTag() && keys[i].Value != "<<" {
				return &Violation{Line: keys[i].Line, Text: "a map has the same key twice"}
			}
		}
	}
	for _, c := range n.Content {
		if f := duplicateKey(c); f != nil {
			return f
		}
	}
	return nil
}
