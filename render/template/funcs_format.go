package template

import (
	"confit/render/format"
)

// format adds what turns values into text of configuration formats, and escapes text for them.
// The dialects are named at the encoders: encodeTOML, encodeProperties, encodeINI,
// encodeEnv, quoteShell, quoteINI.
func (m functions) format() {
	m.add("toToml", function{native: encoding(format.EncodeTOML), min: 1, max: 1})
	m.add("fromToml", function{native: decoding("map", format.DecodeTOML), min: 1, max: 1})
	m.add("toProperties", function{native: encoding(format.EncodeProperties), min: 1, max: 1})
	m.add("toIni", function{native: encoding(format.EncodeINI), min: 1, max: 1})
	m.add("toEnv", function{native: encoding(format.EncodeEnv), min: 1, max: 1})
	m.add("shellQuote", function{native: escaping(format.QuoteShell), min: 1, max: 1})
	m.add("iniQuote", function{native: escaping(format.QuoteINI), min: 1, max: 1})
	m.add("propertiesEscape", function{native: escaping(func(s string) (string, error) { return format.EscapeProperty(s, false), nil }), min: 1, max: 1})
}

// escaping writes one scalar as it stands in a format.
func escaping(escape func(string) (string, error)) func(*eval, call) any {
	return func(e *eval, c call) any {
		words, ok := e.texts(c, c.args)
		if !ok {
			return e.soft()
		}
		return e.outcome(c, func() (any, error) { return escape(words[0]) })
	}
}
