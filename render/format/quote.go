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

// QuoteINI writes a text as a value of an ini file, for the readers of a dialect; "" is all of
// them.
func QuoteINI(dialect, s string) (string, error) {
	for _, d := range []iniDialect{commonINI, windowsINI, goINI, phpINI, pythonINI} {
		if d.name == dialect {
			text, err := d.iniText("the text", s)
			if err != nil {
				err = diag.SafeError(err.Error())
			}
			return text, err
		}
	}
	return "", diag.SafeError("ini files have no such dialect: write " + iniDialectNames)
}

// dotenvQuote quotes a value of a .env file so that docker compose, npm's dotenv and a POSIX
// shell read the same text: not at all, in single or in double quotes.
func dotenvQuote(s string) (string, bool) {
	switch {
	case s == "" || plainWord().MatchString(s):
		return s, true
	case strings.ContainsAny(s, "\r\x00"):
		return "", false
	case !strings.Contains(s, "'") && !strings.HasSuffix(s, `\`):
		return "'" + s + "'", true
	}
	return `"` + s + `"`, !strings.ContainsAny(s, "\"\\$`")
}

// composeQuote quotes for docker compose and godotenv, which know escapes in double quotes.
func composeQuote(s string) (string, bool) {
	if text, ok := dotenvQuote(s); ok {
		return text, true
	}
	return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`, `$`, `\$`, "\r", `\r`).Replace(s) + `"`, !strings.ContainsRune(s, 0)
}

// nodeQuote quotes for npm's dotenv, which has three quotes and no escape for them.
func nodeQuote(s string) (string, bool) {
	if text, ok := dotenvQuote(s); ok {
		return text, true
	}
	for _, quote := range []string{"'", "`", `"`} {
		if !strings.Contains(s, quote) && !strings.HasSuffix(s, `\`) && (quote != `"` || !strings.Contains(s, `\n`) && !strings.Contains(s, `\r`)) {
			return quote + s + quote, !strings.ContainsAny(s, "\r\x00")
		}
	}
	return "", false
}

// shellWord is QuoteShell for a file that a shell reads.
func shellWord(s string) (string, bool) {
	text, err := QuoteShell(s)
	return text, err == nil
}
