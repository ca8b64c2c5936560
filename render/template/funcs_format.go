package template

import (
	"cmp"

	"confit/render/diag"
	"confit/render/format"
	"confit/render/tree"
)

// format adds the encoders, decoders and escapes of configuration formats. Package format describes
// the dialects.
func (m table) format() {
	m.addMust("toYaml", function{native: encodeWith(format.EncodeYAML), min: 1, max: 1})
	m.add("toYamlPretty", function{native: encodeWith(format.EncodeYAMLPretty), min: 1, max: 1})
	m.addMust("toJson", function{native: encodeJSONWith("", true), min: 1, max: 1})
	m.addMust("toRawJson", function{native: encodeJSONWith("", false), min: 1, max: 1})
	m.addMust("toPrettyJson", function{native: encodeJSONWith(format.JSONIndent, true), min: 1, max: 1})
	m.add("fromYaml", function{native: decodeAs("map", format.DecodeYAML), min: 1, max: 1})
	m.add("fromYamlArray", function{native: decodeAs("list", format.DecodeYAML), min: 1, max: 1})
	m.addMust("fromJson", function{native: decodeAs("", format.DecodeJSON), min: 1, max: 1})
	m.add("fromJsonArray", function{native: decodeAs("list", format.DecodeJSON), min: 1, max: 1})
	m.addMust("toToml", function{native: encodeWith(format.EncodeTOML), min: 1, max: 1})
	m.add("fromToml", function{native: decodeAs("map", format.DecodeTOML), min: 1, max: 1})
	m.add("toProperties", function{native: encodeWith(format.EncodeProperties), min: 1, max: 1})
	m.add("toIni", function{native: encodeDialect("ini"), min: 1, max: 2})
	m.add("toEnv", function{native: encodeDialect("env"), min: 1, max: 2})
	m.add("toKubernetesEnv", function{native: encodeWith(format.EncodeKubernetesEnv), min: 1, max: 1})
	m.add("shellQuote", function{native: escapeWith(format.QuoteShell), min: 1, max: 1})
	m.add("iniQuote", function{native: quoteINI, min: 1, max: 2})
	m.add("propertiesEscape", function{native: escapeWith(func(s string) (string, error) { return format.EscapeProperty(s, false), nil }), min: 1, max: 1})
}

// encodeDialect makes a native function that encodes a value in the dialect that an earlier
// argument names.
func encodeDialect(name string) func(*eval, call) any {
	return func(e *eval, c call) any {
		f := format.ByName(name)
		if len(c.args) == 2 {
			dialect, ok := e.textArg(c, 0)
			if !ok {
				return e.failedValue()
			}
			if f = f.Dialect(dialect); f == nil {
				return e.fail(c.at, "function", c.name+" has no dialect of this name", "the dialects are "+format.ByName(name).DialectNames())
			}
			c.args = c.args[1:]
		}
		return encodeWith(f.Encode)(e, c)
	}
}

// quoteINI writes a text as a value of an ini file, in the dialect that an argument before it
// names.
func quoteINI(e *eval, c call) any {
	words, ok := e.texts(c, c.args)
	if !ok {
		return e.failedValue()
	}
	if len(words) == 1 {
		words = append([]string{""}, words...)
	}
	return e.callLibrary(c, func() (any, error) { return format.QuoteINI(words[0], words[1]) })
}

// escapeWith makes a native function that escapes one scalar.
func escapeWith(escape func(string) (string, error)) func(*eval, call) any {
	return func(e *eval, c call) any {
		words, ok := e.texts(c, c.args)
		if !ok {
			return e.failedValue()
		}
		return e.callLibrary(c, func() (any, error) { return escape(words[0]) })
	}
}

// encodeWith makes a native function that reads a whole value and encodes it.
func encodeWith(encode func(any) (string, error)) func(*eval, call) any {
	return func(e *eval, c call) any {
		v, ok := e.plainStyled(c.at, c.args[0])
		if !ok {
			return e.failedValue()
		}
		e.engine.budget.Reserve(encodeMemory(v))
		return e.callLibrary(c, func() (any, error) { return encode(v) })
	}
}

// encodeMemory is about the memory that a library takes to encode a value: a few copies of the
// text with its escapes.
func encodeMemory(v any) int {
	const copies = 4
	return copies * format.EscapedSize(v)
}

func encodeJSONWith(indent string, html bool) func(*eval, call) any {
	return encodeWith(func(v any) (string, error) { return format.EncodeJSON(v, indent, html) })
}

// decodeAs makes a native function that decodes a text to a value of the given kind; "" is any kind.
func decodeAs(want string, decode func([]byte, *tree.Origin) (*tree.Node, error)) func(*eval, call) any {
	return func(e *eval, c call) any {
		s, ok := e.textArg(c, 0)
		if !ok {
			return e.failedValue()
		}
		e.charge(c.at, len(s))
		n, err := decode([]byte(s), &tree.Origin{File: "text", Budget: e.engine.budget})
		wrong := err == nil && want != "" && n.Kind() != want
		if (err != nil || wrong) && e.reads.Secret { // which of the two would tell of it
			return e.fail(c.at, "function", c.name+" cannot make "+diag.WithArticle(cmp.Or(want, "value"))+" of its argument", "")
		}
		if err != nil {
			return e.fail(c.at, "function", c.name+": "+err.Error(), "")
		}
		if wrong {
			return e.fail(c.at, "function", c.name+" wants "+diag.WithArticle(want)+", and the text holds "+diag.WithArticle(n.Kind()), "")
		}
		return tree.Plain(n)
	}
}
