package diag

import (
	"fmt"
	"strconv"
	"strings"
	"unicode/utf8"
)

// Mask is shown in place of a sensitive value or name. It has only letters, so that it is no
// YAML alias and no regular expression, and its length is none that base64 has.
const Mask = "MASKED"

// QuotedList joins the first twelve names, quoted.
func QuotedList(names []string) string {
	const most = 12
	var out []string
	for _, k := range names[:min(most, len(names))] {
		out = append(out, Quoted(k))
	}
	if len(names) > most {
		out = append(out, fmt.Sprintf("… (%d in all)", len(names)))
	}
	return strings.Join(out, ", ")
}

// WithArticle puts "a" or "an" before a word.
func WithArticle(word string) string {
	if strings.ContainsAny(word[:min(1, len(word))], "aeiou") {
		return "an " + word
	}
	return "a " + word
}

// Plural is a number with its noun: "1 file", "2 files".
func Plural(n int, thing string) string {
	if n == 1 {
		return "1 " + thing
	}
	return strconv.Itoa(n) + " " + thing + "s"
}

// Wrap breaks a text at spaces into lines of at most width characters, where words allow it.
func Wrap(text string, width int) string {
	var b strings.Builder
	at := 0
	for word := range strings.FieldsSeq(text) {
		n := utf8.RuneCountInString(word)
		switch {
		case at == 0:
		case at+1+n > width:
			b.WriteByte('\n')
			at = 0
		default:
			b.WriteByte(' ')
			at++
		}
		b.WriteString(word)
		at += n
	}
	return b.String()
}
