package manifest

import (
	"bytes"
	"encoding/base64"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"

	"confit/render/diag"
)

// maxData is how much a ConfigMap or Secret may hold: the server refuses more.
const maxData = 1 << 20

// A Data is the keys of a ConfigMap or Secret.
type Data struct {
	*Object
	Keys map[string]*Key
	Err  error // what the server would refuse

	StandIn bool // for a Secret that is not at hand; the bytes are none
	Open    bool // it may have other keys, and its files may have any values
}

// A Key is a key of a ConfigMap or Secret.
type Key struct {
	Data   *Data
	Name   string
	Bytes  []byte
	Binary bool       // it is in binaryData: no variable can have it
	Value  *yaml.Node // the value in the manifest
	plain  bool       // Bytes is the text of Value
}

// Pos is the place of the key's value in the manifest.
func (k *Key) Pos() diag.Pos { return k.Data.At(k.Value) }

// Names lists the keys in their order.
func (d *Data) Names() []string {
	names := make([]string, 0, len(d.Keys))
	for name := range d.Keys {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

// A section is a field of a ConfigMap or Secret that holds keys.
type section struct {
	field  string
	base64 bool
	over   bool // its keys replace those of an earlier section
}

var sections = map[string][]section{
	"ConfigMap": {{"data", false, false}, {"binaryData", true, false}},
	"Secret":    {{"data", true, false}, {"stringData", false, true}},
}

// Keys reads the keys of a ConfigMap or Secret, once.
func (o *Object) Keys() *Data {
	if o.data != nil {
		return o.data
	}
	o.data = &Data{Object: o, Keys: map[string]*Key{}}
	var all []error
	total := 0
	for _, s := range sections[o.Kind] {
		n := NodeAt(o.Body, s.field)
		if n == nil {
			continue
		}
		if n.Kind != yaml.MappingNode {
			all = append(all, o.Problem(n, "manifest", s.field+" is a map of keys", ""))
			continue
		}
		for i := 0; i+1 < len(n.Content); i += 2 {
			k, err := o.key(s, n.Content[i], n.Content[i+1])
			all = append(all, err)
			if k != nil {
				total += len(k.Bytes)
				o.data.Keys[k.Name] = k
			}
		}
	}
	if total > maxData {
		all = append(all, o.Problem(o.Body, "object-size", fmt.Sprintf("the %s holds %d bytes, and the server takes %d at most", o.title(), total, maxData), "spread the keys over several objects"))
	}
	o.data.Err = errors.Join(all...)
	return o.data
}

func (o *Object) key(s section, name, value *yaml.Node) (*Key, error) {
	quoted := o.title() + ": the key " + diag.Quoted(name.Value)
	if !validKey(name.Value) {
		return nil, o.Problem(name, "manifest", quoted+" is no valid name", "a key has letters, digits, -, _ and dots, and at most 253 of them")
	}
	if first := o.data.Keys[name.Value]; first != nil && !s.over {
		p := o.Problem(name, "duplicate-key", quoted+" is in data and in "+s.field, "keep one of the two")
		p.Notes = []string{"the first one is at " + first.Pos().String()}
		return nil, p
	}
	k := &Key{Data: o.data, Name: name.Value, Value: value, Binary: s.base64 && o.Kind == "ConfigMap", plain: !s.base64}
	switch {
	case value.ShortTag() == "!!null":
		return k, nil
	case value.Kind != yaml.ScalarNode || value.ShortTag() != "!!str" && value.ShortTag() != "!!binary":
		return k, o.Problem(value, "not-text", quoted+" is "+diag.WithArticle(kindOf(value))+", and the server takes text only", "write the value in quotes")
	case !s.base64:
		k.Bytes = []byte(value.Value)
		return k, nil
	}
	var err error
	if k.Bytes, err = base64.StdEncoding.DecodeString(strings.NewReplacer("\n", "", "\r", "").Replace(value.Value)); err != nil {
		hint := "write it with base64, or in stringData as plain text"
		if o.Kind == "ConfigMap" {
			hint = "write it with base64, or in data as plain text"
		}
		return k, o.Problem(value, "bad-base64", quoted+" is not base64", hint)
	}
	return k, nil
}

// kindOf names what a value is.
func kindOf(n *yaml.Node) string {
	switch n.Kind {
	case yaml.MappingNode:
		return "map"
	case yaml.SequenceNode:
		return "list"
	}
	return map[string]string{"!!int": "number", "!!float": "number", "!!bool": "bool"}[n.ShortTag()]
}

func validKey(name string) bool {
	return name != "" && len(name) <= 253 && name != "." && name != ".." && !strings.HasPrefix(name, "..") &&
		strings.IndexFunc(name, func(r rune) bool {
			return !(r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || strings.ContainsRune("-._", r))
		}) < 0
}

// SameKeys tells whether two ConfigMaps or Secrets have the same keys with the same bytes.
func (o *Object) SameKeys(other *Object) bool {
	return maps.EqualFunc(o.Keys().Keys, other.Keys().Keys, func(a, b *Key) bool { return bytes.Equal(a.Bytes, b.Bytes) })
}
