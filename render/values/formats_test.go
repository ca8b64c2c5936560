package values

import (
	"testing"

	"confit/render/format"
	"confit/render/tree"
)

// TestSameTree reads the same data in six formats: with types, it is the same tree.
func TestSameTree(t *testing.T) {
	const want = `{"db":{"host":"db.local","on":true,"port":5432,"ratio":1.10,"word":"no"}}`
	for name, c := range map[string]struct {
		decode func([]byte, *tree.Origin) (*tree.Node, error)
		text   string
	}{
		"yaml":       {format.DecodeYAML, "db: {host: db.local, on: true, port: 5432, ratio: 1.10, word: no, gone: null}"},
		"json":       {format.DecodeJSON, `{"db":{"host":"db.local","on":true,"port":5432,"ratio":1.10,"word":"no","gone":null}}`},
		"toml":       {format.DecodeTOML, "[db]\nhost = 'db.local'\non = true\nport = 5_432\nratio = 1.10\nword = 'no'"},
		"properties": {format.DecodeProperties, "db.host=db.local\ndb.on=true\ndb.port=5432\ndb.ratio=1.10\ndb.word=no\ndb.gone=null"},
		"ini":        {format.ByName("ini").Decode, "[db]\nhost=db.local\non=true\nport=5432\nratio=1.10\nword=no\ngone=null"},
		"env":        {format.DecodeDotenv, "host=db.local\non=true\nport=5432\nratio=1.10\nword=no\ngone=null"},
	} {
		t.Run(name, func(t *testing.T) {
			n, err := c.decode([]byte(c.text), &tree.Origin{File: name})
			if err != nil {
				t.Fatal(err)
			}
			if name == "env" { // one level
				n = tree.Under(tree.Path{{Key: "db"}}, n)
			}
			n.InferTypes()
			if got, err := merged(t, Layer{Root: n}); err != nil || got != want {
				t.Errorf("typed %s = %s, %v, want %s", name, got, err, want)
			}
		})
	}
}

// TestTyped gives text YAML's type only where it overrides nothing.
func TestTyped(t *testing.T) {
	env := func(text string, typed bool) Layer {
		n, err := format.DecodeDotenv([]byte(text), &tree.Origin{File: "x.env"})
		if err != nil {
			t.Fatal(err)
		}
		if typed {
			n.InferTypes()
		}
		return Layer{Root: n}
	}
	for name, c := range map[string]struct {
		layers []Layer
		want   string
	}{
		"over nothing":     {[]Layer{env("a=1\nb=x\nc=0777\nd=\ne=~\nf=null", true)}, `{"a":1,"b":"x","c":"0777","d":"","e":"~"}`},
		"over a string":    {[]Layer{jsonLayer(t, "a", `{"a":"x"}`), env("a=1", true)}, `{"a":"1"}`},
		"over a float":     {[]Layer{jsonLayer(t, "a", `{"a":1.5}`), env("a=2.50", true)}, `{"a":2.50}`},
		"text over typed":  {[]Layer{env("a=1", true), env("a=2", false)}, `{"a":2}`},
		"typed over typed": {[]Layer{env("a=x", true), env("a=2", true)}, `{"a":"2"}`},
		"a null below":     {[]Layer{env("a=null", true), env("a=2", false)}, `{"a":"2"}`},
		"after a null":     {[]Layer{jsonLayer(t, "a", `{"a":"x"}`), jsonLayer(t, "b", `{"a":null}`), env("a=2", true)}, `{"a":2}`},
	} {
		t.Run(name, func(t *testing.T) {
			if got, err := merged(t, c.layers...); err != nil || got != c.want {
				t.Errorf("Merge = %s, %v, want %s", got, err, c.want)
			}
		})
	}
	if got, err := merged(t, env("a=1", true), env("a=x", false)); err == nil {
		t.Errorf("text over a typed number gave %s, want an error", got)
	}
}
