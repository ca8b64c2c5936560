package render

// format adds what turns values into text of configuration formats, and escapes text for them.
// The dialects are named at the encoders: encodeTOML, encodeProperties, encodeINI,
// encodeEnv, quoteShell, quoteINI.
func (m functions) format() {
	m.add("toToml", function{native: encoding(encodeTOML), min: 1, max: 1})
	m.add("fromToml", function{native: decoding("map", DecodeTOML), min: 1, max: 1})
	m.add("toProperties", function{native: encoding(encodeProperties), min: 1, max: 1})
	m.add("toIni", function{native: encoding(encodeINI), min: 1, max: 1})
	m.add("toEnv", function{native: encoding(encodeEnv), min: 1, max: 1})
	m.add("shellQuote", function{native: escaping(quoteShell), min: 1, max: 1})
	m.add("iniQuote", function{native: escaping(quoteINI), min: 1, max: 1})
	m.add("propertiesEscape", function{native: escaping(func(s string) (string, error) { return escapeProperty(s, false), nil }), min: 1, max: 1})
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
