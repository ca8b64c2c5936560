package console

import "strings"

// colours are those of the words that begin a line of a report.
var colours = []struct{ word, colour string }{
	{"error:", "1;31"}, {"FAIL ", "1;31"}, {"warning:", "1;33"}, {"notice:", "1;34"}, {"hint:", "1;36"},
}

// Paint colours a report for a terminal: the word that begins a line, and carets.
func Paint(text string) string {
	var b strings.Builder
	for line := range strings.Lines(text) {
		b.WriteString(paintLine(line))
	}
	return b.String()
}

func paintLine(line string) string {
	if strings.Trim(line, " ") == "^\n" {
		return strings.TrimSuffix(line, "^\n") + painted("^", "1;31") + "\n"
	}
	for _, c := range colours {
		if rest, ok := strings.CutPrefix(line, c.word); ok {
			return painted(c.word, c.colour) + rest
		}
	}
	return line
}

func painted(text, colour string) string { return "\x1b[" + colour + "m" + text + "\x1b[m" }
