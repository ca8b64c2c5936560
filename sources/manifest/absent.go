package manifest

import (
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"

	"confit/render/diag"
	"confit/render/format"
)

// IsEncrypted tells whether the values of a Secret are cipher text, as SOPS writes them.
func (o *Object) IsEncrypted() bool {
	if NodeAt(o.Body, "sops", "mac") != nil {
		return true
	}
	for _, field := range []string{"data", "stringData"} {
		if n := NodeAt(o.Body, field); n != nil {
			for i := 1; i < len(n.Content); i += 2 {
				if format.Cipher(n.Content[i].Value) != "" {
					return true
				}
			}
		}
	}
	return false
}

// typeKeys are the keys that a Secret of a type has.
var typeKeys = map[string][]string{
	"kubernetes.io/tls":                   {"tls.crt", "tls.key"},
	"kubernetes.io/basic-auth":            {"username", "password"},
	"kubernetes.io/ssh-auth":              {"ssh-privatekey"},
	"kubernetes.io/dockercfg":             {".dockercfg"},
	"kubernetes.io/dockerconfigjson":      {".dockerconfigjson"},
	"kubernetes.io/service-account-token": {"token", "ca.crt", "namespace"},
}

// StandIn makes a stand-in for a Secret that is not at hand. Its keys are those that the
// manifests show: of a SealedSecret, an ExternalSecret, a SecretProviderClass, a Certificate,
// or of an encrypted Secret. Where they show none, the keys are open.
func (s *Set) StandIn(namespace, name string, at diag.Pos) *Data {
	d := &Data{Object: &Object{Kind: "Secret", Name: name, Namespace: namespace, Pos: at}, Keys: map[string]*Key{}, StandIn: true, Open: true}
	for _, o := range s.Objects {
		if o.Namespace != "" && namespace != "" && o.Namespace != namespace {
			continue
		}
		shown, closed, found := shownKeys(o, name)
		if !found {
			continue
		}
		d.Object = &Object{Kind: "Secret", Name: name, Namespace: namespace, Pos: o.Pos, Source: o.Source, Body: o.Body, doc: o.doc, APIVersion: o.Kind}
		d.Open = d.Open && !closed
		for _, k := range shown {
			d.AddStandIn(k.Value, k)
		}
	}
	return d
}

// AddStandIn adds a key without bytes. The place is that of a node, or of the object.
func (d *Data) AddStandIn(name string, at *yaml.Node) *Key {
	if at == nil {
		at = &yaml.Node{Line: d.Pos.Line, Column: d.Pos.Col}
	}
	k := &Key{Data: d, Name: name, Value: at, Bytes: []byte("stand-in")}
	if f := format.ByExtension(name); f != nil { // a file of values, which nobody knows
		d.Open = true
		k.Bytes = map[string][]byte{"json": []byte("{}")}[f.Name]
	}
	d.Keys[name] = k
	return k
}

// shownKeys are the keys that an object shows of the Secret that it becomes. Closed tells
// that the Secret has no others. Found is false for an object that does not become it.
func shownKeys(o *Object, name string) (keys []*yaml.Node, closed, found bool) {
	spec := NodeAt(o.Body, "spec")
	named := func(n *yaml.Node, otherwise string) bool {
		if n == nil {
			return otherwise == name
		}
		return n.Value == name
	}
	switch o.Kind {
	case "Secret":
		if o.Name == name && o.IsEncrypted() {
			return append(names(NodeAt(o.Body, "data")), names(NodeAt(o.Body, "stringData"))...), true, true
		}
	case "SealedSecret":
		if named(NodeAt(spec, "template", "metadata", "name"), o.Name) {
			keys = append(names(NodeAt(spec, "encryptedData")), names(NodeAt(spec, "template", "data"))...)
			return append(keys, ofType(NodeAt(spec, "template", "type"))...), true, true
		}
	case "ExternalSecret":
		if named(NodeAt(spec, "target", "name"), o.Name) {
			keys = append(values(NodeAt(spec, "data"), "secretKey"), names(NodeAt(spec, "target", "template", "data"))...)
			return append(keys, ofType(NodeAt(spec, "target", "template", "type"))...), NodeAt(spec, "dataFrom") == nil, true
		}
	case "SecretProviderClass":
		for _, secret := range items(NodeAt(spec, "secretObjects")) {
			if ScalarAt(secret, "secretName") == name {
				return values(NodeAt(secret, "data"), "key"), true, true
			}
		}
	case "Certificate":
		if strings.HasPrefix(o.APIVersion, "cert-manager.io/") && ScalarAt(spec, "secretName") == name {
			at := NodeAt(spec, "secretName")
			return []*yaml.Node{text("tls.crt", at), text("tls.key", at), text("ca.crt", at)}, NodeAt(spec, "keystores") == nil && NodeAt(spec, "additionalOutputFormats") == nil, true
		}
	}
	return nil, false, false
}

// names are the keys of a map.
func names(n *yaml.Node) []*yaml.Node {
	var all []*yaml.Node
	if n != nil && n.Kind == yaml.MappingNode {
		for i := 0; i < len(n.Content); i += 2 {
			all = append(all, n.Content[i])
		}
	}
	return all
}

// values are the values of a field of the items of a list.
func values(n *yaml.Node, field string) []*yaml.Node {
	var all []*yaml.Node
	for _, item := range items(n) {
		if v := NodeAt(item, field); v != nil {
			all = append(all, v)
		}
	}
	return all
}

func items(n *yaml.Node) []*yaml.Node {
	if n == nil || n.Kind != yaml.SequenceNode {
		return nil
	}
	return n.Content
}

// ofType are the keys of a type of Secret.
func ofType(n *yaml.Node) []*yaml.Node {
	if n == nil {
		return nil
	}
	var all []*yaml.Node
	for _, key := range slices.Sorted(slices.Values(typeKeys[n.Value])) {
		all = append(all, text(key, n))
	}
	return all
}
