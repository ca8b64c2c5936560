package format

import (
	"errors"
	"strings"

	"confit/render/diag"
)

// An iniDialect is how one kind of reader understands the text after the = of an ini file.
type iniDialect struct {
	name   string
	decode func(s string) (string, error)
	encode func(s string) (text string, ok bool) // false: the dialect has no form for s
	colon  bool                                  // a colon ends a key, too
}

// The readers: Windows' GetPrivateProfileString; Go's gopkg.in/ini, as in Grafana; PHP's
// parse_ini_file; Python's configparser. commonINI reads and writes only text that all of
// them read alike, apart from quotes, which Python keeps.
var (
	commonINI  = iniDialect{name: "", decode: decodeCommonINI, encode: encodeCommonINI}
	windowsINI = iniDialect{name: "windows", decode: decodeWindowsINI, encode: encodeWindowsINI}
	goINI      = iniDialect{name: "go-ini", decode: decodeGoINI, encode: encodeGoINI}
	phpINI     = iniDialect{name: "php", decode: decodePHPINI, encode: encodePHPINI}
	pythonINI  = iniDialect{name: "python", decode: decodePythonINI, encode: encodePythonINI, colon: true}
)

func (d iniDialect) format() Format {
	return Format{
		Name: d.name, Decode: d.decodeFile, Encode: d.encodeFile,
	}
}

var (
	errInlineComment = errors.New("some readers end the value at a # or ; and others do not")
	errExpanded      = errors.New("some readers replace a %(name)s by another value, which confit does not")
	errAfterQuote    = errors.New("something follows the closing quote")
	errNotClosed     = errors.New("the quotes of the value are not closed in its line")
)

func decodeCommonINI(s string) (string, error) {
	switch {
	case strings.HasPrefix(s, `"""`) || strings.HasPrefix(s, "`"):
		return decodeGoINI(s)
	case strings.Contains(s, "%("):
		return "", errExpanded
	case !iniQuoted(s) && strings.ContainsAny(s, "#;"):
		return "", errInlineComment
	}
	return decodeWindowsINI(s)
}

func encodeCommonINI(s string) (string, bool) {
	operators := strings.ContainsAny(s, "&|^~!()") && !strings.Contains(s, "=") // with a =, PHP refuses the file
	differs := operators || strings.ContainsAny(s, "#;'\"") || strings.HasPrefix(s, "`") || strings.HasSuffix(s, `\`) ||
		strings.HasSuffix(s, "$") || strings.Contains(s, "${") || strings.Contains(s, "%%") || strings.Contains(s, "%(")
	return s, !differs && trimmed(s)
}

func trimmed(s string) bool { return strings.Trim(s, " \t") == s }

// decodeWindowsINI removes the quotes around a whole value.
func decodeWindowsINI(s string) (string, error) {
	if iniQuoted(s) {
		return s[1 : len(s)-1], nil
	}
	return s, nil
}

func encodeWindowsINI(s string) (string, bool) {
	if !trimmed(s) || iniQuoted(s) {
		return `"` + s + `"`, true
	}
	return s, true
}

func iniQuoted(s string) bool {
	return len(s) >= 2 && (s[0] == '"' || s[0] == '\'') && s[len(s)-1] == s[0]
}

func decodeGoINI(s string) (string, error) {
	if strings.Contains(s, "%(") {
		return "", errExpanded
	}
	for _, quote := range []string{`"""`, "`"} {
		rest, ok := strings.CutPrefix(s, quote)
		if !ok {
			continue
		}
		text, after, closed := strings.Cut(rest, quote)
		after = strings.TrimLeft(after, " \t")
		switch {
		case !closed:
			return "", errNotClosed
		case after != "" && after[0] != '#' && after[0] != ';':
			return "", errAfterQuote
		}
		return text, nil
	}
	switch {
	case iniQuoted(s) && strings.ContainsAny(s, "#;"):
		return "", errors.New("versions of the reader disagree on a # or ; in these quotes")
	case iniQuoted(s):
		return s[1 : len(s)-1], nil
	}
	if i := strings.IndexAny(s, "#;"); i >= 0 {
		s = strings.TrimRight(s[:i], " \t")
	}
	if strings.HasSuffix(s, `\`) {
		return "", errors.New("a value that goes on in the next line is not read here")
	}
	return decodeWindowsINI(s)
}

func encodeGoINI(s string) (string, bool) {
	switch {
	case strings.Contains(s, "%("):
		return "", false
	case trimmed(s) && !strings.ContainsAny(s, "#;`") && !strings.HasSuffix(s, `\`) && !strings.HasPrefix(s, `"`) && !strings.HasPrefix(s, "'"):
		return s, true
	case !strings.Contains(s, `"""`) && !strings.HasSuffix(s, `"`):
		return `"""` + s + `"""`, true
	}
	return "`" + s + "`", !strings.Contains(s, "`")
}

// phpOperators have a meaning in PHP outside of quotes.
const phpOperators = `"'&|^~!(){}=`

func decodePHPINI(s string) (string, error) {
	if s == "" || s[0] != '"' && s[0] != '\'' {
		s, _, _ = strings.Cut(s, ";")
		s = strings.TrimRight(s, " \t")
		if strings.ContainsAny(s, phpOperators) || strings.Contains(s, "${") || strings.HasSuffix(s, "$") {
			return "", errors.New("a character of the value has a meaning of its own in PHP outside of quotes")
		}
		return s, nil
	}
	end := closingQuote(s)
	if s[0] == '\'' { // without escapes
		end = 1 + strings.IndexByte(s[1:], '\'')
	}
	if end < 1 {
		return "", errNotClosed
	}
	if after := strings.TrimLeft(s[end+1:], " \t"); after != "" && after[0] != ';' {
		return "", errAfterQuote
	}
	text := s[1:end]
	switch {
	case s[0] == '\'':
		return text, nil
	case strings.Contains(text, "${"):
		return "", errors.New("PHP replaces ${name} in double quotes by another value, which confit does not")
	}
	return strings.NewReplacer(`\\`, `\`, `\"`, `"`).Replace(text), nil
}

var phpPlain = diag.LazyRegexp(`^[0-9a-z./:@+*,<>?_-]([0-9A-Za-z./:@+*,<>?_ -]*[0-9A-Za-z./:@+*,<>?_-])?$`)

func encodePHPINI(s string) (string, bool) {
	switch {
	case phpPlain().MatchString(s) && !phpWord(s):
		return s, true
	case !strings.Contains(s, "'"):
		return "'" + s + "'", true
	}
	return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(s) + `"`, !strings.Contains(s, "$")
}

// phpWord tells whether PHP replaces a plain word: by a bool, by null or by a constant.
func phpWord(s string) bool {
	switch strings.ToLower(s) {
	case "null", "none", "yes", "no", "true", "false", "on", "off", "nan", "inf":
		return true
	}
	return false
}

func decodePythonINI(s string) (string, error) {
	if strings.Contains(strings.ReplaceAll(s, "%%", ""), "%") {
		return "", errors.New("a % is %% in Python, and %(name)s is another value there")
	}
	return strings.ReplaceAll(s, "%%", "%"), nil
}

func encodePythonINI(s string) (string, bool) {
	return strings.ReplaceAll(s, "%", "%%"), trimmed(s)
}

// iniText writes a value, or says what to do if the dialect has no form for it. What names
// the text for the error.
func (d iniDialect) iniText(what, s string) (string, error) {
	if !isOneLine(s) {
		return "", errors.New(what + " has several lines, which has no form in ini")
	}
	text, ok := d.encode(s)
	switch {
	case ok:
		return text, nil
	case d.name == "":
		return "", errors.New(what + " is read differently by different readers of ini files: name the reader with dialect: " + iniDialectNames + " on the entry, or in a template, like iniQuote \"go-ini\" TEXT")
	}
	return "", errors.New(what + " has no form in ini files of the dialect " + d.name)
}

const iniDialectNames = "windows, go-ini, php or python"
