package format

import (
	"strings"

	"confit/render/diag"
)

// QuoteShell makes a text one word of a POSIX shell, in single quotes if a character needs
// them.
func QuoteShell(s string) (string, error) {
	switch {
	case strings.ContainsRune(s, 0):
		return "", diag.SafeError("a shell has no form for a NUL character")
	case plainWord().MatchString(s):
		return s, nil
	}
	return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'", nil
}

// QuoteINI puts a text into the quotes that the dialect of DecodeINI takes off: those
// of Windows' GetPrivateProfileString, without escapes.
func QuoteINI(s string) (string, error) {
	switch {
	case !isOneLine(s):
		return "", diag.SafeError("an ini file has no form for a text of several lines")
	case strings.Contains(s, `"`) && !strings.Contains(s, "'"):
		return "'" + s + "'", nil
	}
	return `"` + s + `"`, nil
}

// dotenvQuote quotes a value of a .env file: not at all, else in single quotes, else in double
// quotes.
func dotenvQuote(s string) (string, error) {
	switch {
	case s == "" || plainWord().MatchString(s):
		return s, nil
	case strings.ContainsRune(s, 0):
		return "", diag.SafeError("has a NUL character, which has no form in env")
	case !strings.ContainsAny(s, "'\r") && !strings.HasSuffix(s, `\`):
		return "'" + s + "'", nil
	case strings.ContainsRune(s, '`'):
		return "", diag.SafeError("has a backquote, which readers of env files disagree on inside double quotes")
	}
	return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`, `$`, `\$`, "\r", `\r`).Replace(s) + `"`, nil
}
