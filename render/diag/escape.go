package diag

import (
	"bytes"
	"fmt"
	"strings"
	"unicode"
	"unicode/utf16"
	"unicode/utf8"
)

// EscapeLine makes a message one line that steers neither a terminal nor a CI agent. It writes
// control and format characters, line separators and the starts of workflow commands as
// escapes. Confit's own words and Quoted texts stay as they are.
func EscapeLine(text string) string { return escape(text, "") }

// EscapeControls is EscapeLine for a text of several lines: newlines and tabs stay.
func EscapeControls(text string) string { return escape(text, "\n\t") }

func escape(text, kept string) string {
	command := hasCommand(text)
	unsafe := func(r rune) bool { return r == '#' && command || steers(r) && !strings.ContainsRune(kept, r) }
	if strings.ContainsFunc(text, unsafe) {
		var b strings.Builder
		for i, r := range text {
			switch {
			case !unsafe(r):
				b.WriteString(text[i : i+utf8.RuneLen(r)])
			case r == utf8.RuneError && !strings.HasPrefix(text[i:], "\uFFFD"):
				fmt.Fprintf(&b, `\x%02x`, text[i])
			default:
				b.WriteString(escapedRune(r))
			}
		}
		text = b.String()
	}
	if !strings.Contains(text, "::") {
		return text
	}
	lines := strings.SplitAfter(text, "\n")
	for i, line := range lines {
		words := strings.TrimSpace(line) // GitHub skips the space before a command
		if strings.HasPrefix(words, "::") {
			lines[i] = strings.Replace(line, "::", `:\x3a`, 1)
		}
	}
	return strings.Join(lines, "")
}

// EscapeJSON writes the characters of JSON that steer a terminal or a CI agent as escapes
// of JSON. The values stay the same.
func EscapeJSON(text []byte) []byte {
	command := bytes.IndexByte(text, '#') >= 0 && hasCommand(string(text))
	unsafe := func(r rune) bool { return r == '#' && command || r > unicode.MaxASCII && steers(r) || r == 0x7f }
	if bytes.IndexFunc(text, unsafe) < 0 {
		return text
	}
	var b bytes.Buffer
	for _, r := range string(text) {
		if !unsafe(r) {
			b.WriteRune(r)
			continue
		}
		for _, unit := range utf16.Encode([]rune{r}) {
			fmt.Fprintf(&b, `\u%04x`, unit)
		}
	}
	return b.Bytes()
}

func escapedRune(r rune) string {
	switch {
	case r == '\n':
		return `\n`
	case r == '\r':
		return `\r`
	case r == '\t':
		return `\t`
	case r < utf8.RuneSelf:
		return fmt.Sprintf(`\x%02x`, r)
	case r > 0xFFFF:
		return fmt.Sprintf(`\U%08x`, r)
	}
	return fmt.Sprintf(`\u%04x`, r)
}

// steers reports whether a terminal may act on a character, end the line at it or draw
// nothing for it.
func steers(r rune) bool {
	return r != ' ' && !unicode.IsGraphic(r) || r == utf8.RuneError || r == '\u00AD'
}

// hasCommand reports whether a text holds ##[ or ##vso[, which CI agents obey anywhere in a
// line. They compare texts by the rules of a language, which ignore combining marks.
func hasCommand(text string) bool {
	hashes := 0
	for _, r := range text {
		switch {
		case r == '#':
			hashes++
		case hashes >= 2 && r == '[':
			return true
		case unicode.Is(unicode.M, r):
		case hashes >= 2 && unicode.IsLetter(r):
		default:
			hashes = 0
		}
	}
	return false
}
