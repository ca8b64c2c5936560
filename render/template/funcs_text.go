package template

import (
	"cmp"
	"strings"

	"confit/render/diag"
	"confit/render/format"
	"confit/render/tree"
)

// text adds what turns values into text of a format, and text into values.
func (m functions) text() {
	m.add("toYaml", function{native: encoding(format.EncodeYAML), min: 1, max: 1})
	m.add("toYamlPretty", function{native: encoding(format.EncodeYAMLPretty), min: 1, max: 1})
	m.addMust("toJson", function{native: encodingJSON("", true), min: 1, max: 1})
	m.addMust("toRawJson", function{native: encodingJSON("", false), min: 1, max: 1})
	m.addMust("toPrettyJson", function{native: encodingJSON(format.JsonIndent, true), min: 1, max: 1})
	m.add("fromYaml", function{native: decoding("map", format.DecodeYAML), min: 1, max: 1})
	m.add("fromYamlArray", function{native: decoding("list", format.DecodeYAML), min: 1, max: 1})
	m.addMust("fromJson", function{native: decoding("", format.DecodeJSON), min: 1, max: 1})
	m.add("fromJsonArray", function{native: decoding("list", format.DecodeJSON), min: 1, max: 1})
}

func upperFirst(s string) string { return strings.ToUpper(s[:1]) + s[1:] }

// encoding reads all of a value and writes it in a format.
func encoding(encode func(any) (string, error)) func(*eval, call) any {
	return func(e *eval, c call) any {
		v, ok := e.plain(c.at, c.args[0], true)
		if !ok {
			return e.soft()
		}
		return e.outcome(c, func() (any, error) { return encode(v) })
	}
}

func encodingJSON(indent string, html bool) func(*eval, call) any {
	return encoding(func(v any) (string, error) { return format.EncodeJSON(v, indent, html) })
}

// decoding reads a text as values of the given kind; "" is any.
func decoding(want string, decode func([]byte, *tree.Origin) (*tree.Node, error)) func(*eval, call) any {
	return func(e *eval, c call) any {
		s, ok := e.textArg(c, 0)
		if !ok {
			return e.soft()
		}
		e.made(c.at, len(s))
		n, err := decode([]byte(s), &tree.Origin{File: "text"})
		wrong := err == nil && want != "" && n.Kind() != want
		if (err != nil || wrong) && e.reads.Secret { // which of the two would tell of it
			return e.fail(c.at, "function", c.name+" cannot make "+diag.An(cmp.Or(want, "value"))+" of its argument", "")
		}
		if err != nil {
			return e.fail(c.at, "function", c.name+": "+err.Error(), "")
		}
		if wrong {
			return e.fail(c.at, "function", c.name+" wants "+diag.An(want)+", and the text holds "+diag.An(n.Kind()), "")
		}
		return tree.Plain(n)
	}
}
