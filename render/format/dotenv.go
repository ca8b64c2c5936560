package format

import (
	"strings"

	"confit/render/diag"
	"confit/render/tree"
)

// DecodeDotenv reads a .env file into nodes of origin o: names as written, one level,
// all leaves text.
//
// The dialect is what docker compose documents, less the expansion: a $ that other readers
// would expand is refused. Single quotes take all but \' as it is; in double quotes \n \r \t
// \\ \" \$ and \` are escapes, and any other backslash is an error, as readers disagree on
// it; both may span lines. Without quotes a value ends before " #".
//
// joho/godotenv does not serve: it expands $NAME, and its errors quote the file.
func DecodeDotenv(data []byte, o *tree.Origin) (*tree.Node, error) {
	return decodeDotenv(data, o, false)
}

// checkDotenv accepts references: the reader of the file expands them.
func checkDotenv(data []byte, o *tree.Origin) (*tree.Node, error) { return decodeDotenv(data, o, true) }

func decodeDotenv(data []byte, o *tree.Origin, references bool) (*tree.Node, error) {
	text, err := fileText(data, o)
	if err != nil {
		return nil, err
	}
	d := dotenvDecoder{origin: o, rest: text, line: 1, references: references}
	var pairs []pair
	for d.skipBlank() {
		p := pair{line: d.line}
		if p.key, err = d.name(); err == nil {
			p.value, err = d.value()
		}
		if err != nil {
			return nil, err
		}
		pairs = diag.Append(o.Budget, pairs, p)
	}
	return textMap(pairs, o)
}

type dotenvDecoder struct {
	origin *tree.Origin
	rest   string
	line   int // the line in which rest begins

	references bool // are text
}

// consume removes the first n bytes of the rest and returns them.
func (d *dotenvDecoder) consume(n int) string {
	s := d.rest[:n]
	d.line += strings.Count(s, "\n")
	d.rest = d.rest[n:]
	return s
}

// lineLength counts the bytes up to the end of the line.
func (d *dotenvDecoder) lineLength() int {
	if i := strings.IndexByte(d.rest, '\n'); i >= 0 {
		return i
	}
	return len(d.rest)
}

// skipBlank consumes blank lines and comments. It returns false at the end of the file.
func (d *dotenvDecoder) skipBlank() bool {
	for {
		d.consume(len(d.rest) - len(strings.TrimLeft(d.rest, " \t\r\n")))
		if !strings.HasPrefix(d.rest, "#") {
			return d.rest != ""
		}
		d.consume(d.lineLength())
	}
}

// variableName matches a name. Docker compose allows dots and dashes, too.
var variableName = diag.LazyRegexp(`^[A-Za-z_][A-Za-z0-9_.-]*$`)

// name reads up to the =. Errors do not show the text before the =: it may be part of a value
// without quotes.
func (d *dotenvDecoder) name() (string, error) {
	line := d.rest[:d.lineLength()]
	end := strings.IndexAny(line, "=:")
	switch {
	case end < 0 && !d.origin.Sensitive && variableName().MatchString(strings.Trim(line, " \t\r")):
		return "", d.problem(d.line, "dotenv-syntax", "the line has a name and no value: docker compose takes that from its own environment", "write NAME=value, or NAME= for an empty one; an env: source takes in variables of the process")
	case end < 0:
		return "", d.problem(d.line, "dotenv-syntax", "the line has no =", "write NAME=value; put a value of several lines into quotes")
	}
	before := line[:end]
	name := strings.Trim(before, " \t")
	if after, ok := strings.CutPrefix(name, "export"); ok && strings.TrimLeft(after, " \t") != after {
		name = strings.TrimLeft(after, " \t")
	}
	if !variableName().MatchString(name) {
		return "", d.problem(d.line, "bad-key", "the text before the = or : is no name of a variable", "a name has letters, digits, _, - and dots, and begins with a letter or _")
	}
	d.consume(len(before) + 1)
	return name, nil
}

func (d *dotenvDecoder) value() (string, error) {
	line := d.rest[:d.lineLength()]
	text := strings.TrimLeft(line, " \t")
	if text == "" || text[0] != '"' && text[0] != '\'' {
		d.consume(len(line))
		text = dotenvUnquoted(line)
		return text, d.checkReferences(text, d.line)
	}
	d.consume(len(line) - len(text))
	at := d.line
	end := closingQuote(d.rest)
	if end < 0 {
		return "", d.problem(at, "dotenv-syntax", "the quotes that open here are not closed", `write \" for a quote within double quotes, and "C:\\" for a backslash at the end`)
	}
	raw := d.consume(end + 1)
	if raw[0] == '\'' && strings.Contains(raw, "\\'\n") {
		return "", d.problem(at, "bad-escape", `readers disagree on \' at the end of a line`, `write "C:\\" for a text that ends in a backslash`)
	}
	after := d.consume(d.lineLength())
	if tail := strings.Trim(after, " \t\r"); tail != "" && (tail[0] != '#' || after[0] == '#') {
		return "", d.problem(d.line, "dotenv-syntax", "something follows the closing quote", "put the whole value into quotes; a comment begins with a space and #")
	}
	if raw[0] == '\'' {
		return strings.ReplaceAll(raw[1:end], `\'`, "'"), nil
	}
	return d.unescape(raw[1:end], at)
}

// closingQuote is the offset of the quote that closes the one at the start of s, or -1.
func closingQuote(s string) int {
	for i := 1; i < len(s); i++ {
		switch {
		case s[i] == s[0]:
			return i
		case s[i] == '\\':
			i++
		}
	}
	return -1
}

// unescape decodes the escapes of a value in double quotes. The value begins in the given line.
func (d *dotenvDecoder) unescape(s string, line int) (string, error) {
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		if s[i] != '\\' {
			if err := d.checkReference(s[i:], line+strings.Count(s[:i], "\n")); err != nil {
				return "", err
			}
			b.WriteByte(s[i])
			continue
		}
		i++
		switch s[i] {
		case 'n':
			b.WriteByte('\n')
		case 'r':
			b.WriteByte('\r')
		case 't':
			b.WriteByte('\t')
		case '\\', '"', '$', '`':
			b.WriteByte(s[i])
		default:
			line += strings.Count(s[:i], "\n")
			return "", d.problem(line, "bad-escape", "readers disagree on what this backslash means", `write \\ for a backslash, or use single quotes`)
		}
	}
	return b.String(), nil
}

// checkReferences refuses text with a reference that other readers expand.
func (d *dotenvDecoder) checkReferences(s string, line int) error {
	for i := range len(s) {
		if err := d.checkReference(s[i:], line); err != nil {
			return err
		}
	}
	return nil
}

// reference matches $NAME, ${NAME}, $(command) and $$.
var reference = diag.LazyRegexp(`^\$[A-Za-z0-9_{($]`)

// checkReference refuses a reference at the start of s. Its value would be wrong in the output,
// and the text of it is wrong for other readers.
func (d *dotenvDecoder) checkReference(s string, line int) error {
	if s[0] != '$' || d.references || !reference().MatchString(s) {
		return nil
	}
	return d.problem(line, "dotenv-reference", "readers replace this $ and the name after it by another value, which confit does not", `write the value itself; write \$ in double quotes, or put the value into single quotes, if the $ is text; copy: or template: takes the file as it is`)
}

func (d *dotenvDecoder) problem(line int, code, text, hint string) error {
	return dataProblem(d.origin, line, code, text, hint)
}

// dotenvUnquoted trims a value without quotes, and cuts off the comment: a # after a space.
func dotenvUnquoted(s string) string {
	for i := 1; i < len(s); i++ {
		if s[i] == '#' && (s[i-1] == ' ' || s[i-1] == '\t') {
			s = s[:i]
		}
	}
	return strings.Trim(s, " \t\r")
}
