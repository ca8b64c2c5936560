package format

import (
	"bytes"
	"errors"
	"strconv"
	"strings"

	"confit/render/diag"
)

const notValid = "not valid YAML"

// safePrefix matches a message of the library up to the first quoted text of the file. A
// quoted sign of YAML itself, like ',', is safe.
var safePrefix = diag.LazyRegexp("^(?:[^'`\"]|'[^A-Za-z0-9']')*")

var (
	yamlLine = diag.LazyRegexp(`^yaml: (?:line (\d+): )?(.*)`)

	// zeroBasedLine matches the messages whose line the library counts from 0.
	zeroBasedLine = diag.LazyRegexp(`^did not find expected (node content|key|<|'-'|',')|^found (undefined tag|duplicate %|incompatible YAML)`)
)

// SyntaxProblem converts an error of the YAML parser, without the text of data that it quotes.
func SyntaxProblem(file string, c diag.Cause, data []byte, err error) *diag.Problem {
	line, text := describeYAMLError(data, err)
	p := diag.Problemf(c, "yaml-syntax", diag.Pos{File: file, Line: line}, "%s", text)
	p.Hint = "check the indentation and the quotes around this line"
	placeMistake(p, data, err)
	if several := (*severalDocuments)(nil); errors.As(err, &several) {
		p.Text = "a second document starts here"
		p.Hint = "set documents: first on the source to read only the first one, or keep one document a file; a directory of files merges in byte order"
	}
	return p
}

// describeYAMLError gives the line and the text of an error of the library. The library gives
// no line for errors in the first line, for aliases and for control characters. For a bracket
// or quote that opens in the first line and is never closed, it gives the end of the data.
func describeYAMLError(data []byte, err error) (line int, text string) {
	m := yamlLine().FindStringSubmatch(err.Error())
	if m == nil {
		return 0, notValid
	}
	line, _ = strconv.Atoi(m[1])
	message := m[2]
	text = notValid + ": " + strings.TrimSpace(safePrefix().FindString(message))
	anchor, isAnchor := strings.CutPrefix(message, "unknown anchor '")
	switch {
	case isAnchor:
		anchor, _, _ = strings.Cut(anchor, "'")
		line = lineOf(data, bytes.Index(data, []byte("*"+anchor)))
		text = notValid + ": an alias names an anchor that is not there"
	case strings.HasPrefix(message, "control characters"):
		line = lineOf(data, bytes.IndexFunc(data, isForbiddenInYAML))
	case zeroBasedLine().MatchString(message):
		line++
	}
	end := 1 + bytes.Count(bytes.TrimSuffix(data, []byte("\n")), []byte("\n"))
	if line == 0 || line > end && (strings.HasPrefix(message, "did not find expected ','") || strings.HasSuffix(message, "end of stream")) {
		line = 1
	}
	return min(line, end), text
}

// lineOf is the line of an offset; 0 for a negative offset.
func lineOf(data []byte, offset int) int {
	if offset < 0 {
		return 0
	}
	return 1 + bytes.Count(data[:offset], []byte("\n"))
}

// isForbiddenInYAML tells whether YAML allows a character only as an escape.
func isForbiddenInYAML(r rune) bool {
	return r < ' ' && r != '\t' && r != '\n' && r != '\r' || r >= 0x7f && r < 0xa0 && r != 0x85 || r == 0xfffe || r == 0xffff
}
