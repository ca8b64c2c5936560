package render

// formatFuncs turn values into text of configuration formats, and escape text for them.
// The dialects are named at the encoders: encodeTOML, encodeProperties, encodeINI,
// encodeEnv, quoteShell, quoteINI.
func formatFuncs() map[string]function {
	return map[string]function{
		"toToml":           {native: encoding(encodeTOML), min: 1, max: 1},
		"fromToml":         {native: decoding("map", DecodeTOML), min: 1, max: 1},
		"toProperties":     {native: encoding(encodeProperties), min: 1, max: 1},
		"toIni":            {native: encoding(encodeINI), min: 1, max: 1},
		"toEnv":            {native: encoding(encodeEnv), min: 1, max: 1},
		"shellQuote":       {native: escaping(quoteShell), min: 1, max: 1},
		"iniQuote":         {native: escaping(quoteINI), min: 1, max: 1},
		"propertiesEscape": {native: escaping(func(s string) (string, error) { return escapeProperty(s, false), nil }), min: 1, max: 1},
	}
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
