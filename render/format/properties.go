package format

import (
	"cmp"
	"errors"
	"slices"
	"sort"
	"strconv"
	"strings"
	"unicode/utf16"
	"unsafe"

	"confit/render/diag"
	"confit/render/tree"
)

// propertySpace is what java.util.Properties skips around keys.
const propertySpace = " \t\f"

// DecodeProperties reads a file in the notation of java.util.Properties, as UTF-8, into
// nodes of origin o: all leaves are text, and dots nest (\. is a dot within a name).
//
// magiconair/properties does not serve: it expands ${ENV}, keeps no lines, and may end the
// process with log.Fatal.
func DecodeProperties(data []byte, o *tree.Origin) (*tree.Node, error) {
	return decodeProperties(data, o, false)
}

// decodeFlatProperties reads names as they are: one level, whatever dots they have.
func decodeFlatProperties(data []byte, o *tree.Origin) (*tree.Node, error) {
	return decodeProperties(data, o, true)
}

func decodeProperties(data []byte, o *tree.Origin, flat bool) (*tree.Node, error) {
	text, err := fileText(data, o)
	if err != nil {
		return nil, err
	}
	d := propertiesDecoder{origin: o, flat: flat, lineReader: lineReader{rest: text}}
	var all []property
	for {
		line, at, ok := d.logicalLine()
		if !ok {
			break
		}
		p, err := d.property(line, at)
		if err != nil {
			return nil, err
		}
		o.Budget.Charge(len(p.path) * int(unsafe.Sizeof("")))
		all = diag.Append(o.Budget, all, p)
	}
	sort.Slice(all, func(i, j int) bool {
		return cmp.Or(slices.Compare(all[i].path, all[j].path), all[i].line-all[j].line) < 0
	})
	m, err := d.nest(all, 0)
	n := tree.New(m, 0, o)
	return &n, err
}

type propertiesDecoder struct {
	lineReader
	origin *tree.Origin
	flat   bool
}

type property struct {
	path  []string
	value string
	line  int
}

// logicalLine joins the next line that is no comment with its continuation lines.
func (d *propertiesDecoder) logicalLine() (text string, line int, ok bool) {
	for {
		text, ok := d.next()
		if !ok {
			return "", 0, false
		}
		line = d.line
		text = strings.TrimLeft(text, propertySpace)
		if text == "" || text[0] == '#' || text[0] == '!' {
			continue
		}
		var b strings.Builder
		for ok && continues(text) {
			b.WriteString(text[:len(text)-1])
			text, ok = d.next()
			text = strings.TrimLeft(text, propertySpace)
		}
		b.WriteString(text)
		if b.Len() > 0 {
			return b.String(), line, true
		}
	}
}

// continues tells whether a line ends in an odd number of backslashes.
func continues(s string) bool {
	return (len(s)-len(strings.TrimRight(s, `\`)))%2 == 1
}

// property splits a logical line into names and value.
func (d *propertiesDecoder) property(s string, line int) (property, error) {
	end := 0
	for end < len(s) && !strings.ContainsRune("=:"+propertySpace, rune(s[end])) {
		if s[end] == '\\' {
			end++
		}
		end++
	}
	end = min(end, len(s))
	value := strings.TrimLeft(s[end:], propertySpace)
	if value != "" && (value[0] == '=' || value[0] == ':') {
		value = strings.TrimLeft(value[1:], propertySpace)
	}
	p := property{line: line}
	switch {
	case strings.HasPrefix(value, "-----BEGIN ") && !strings.Contains(value, "-----END "):
		return p, dataProblem(d.origin, line, "properties-syntax", "the value begins a block of several lines, and ends with its first line", `write the line breaks of a value as \n, or end its lines with \n\`)
	case end == len(s) && d.origin != nil && d.origin.Sensitive: // more of a secret than a name
		return p, dataProblem(d.origin, line, "properties-syntax", "a line of a secret has no = or :", `write key=value; the line breaks of a value are \n`)
	}
	var err error
	if p.value, err = unescapeProperty(value); err == nil {
		p.path, err = propertyPath(s[:end], d.flat)
	}
	if err != nil {
		return p, dataProblem(d.origin, line, "properties-syntax", err.Error(), `write a backslash as \\, another character as \u and its four hexadecimal digits`)
	}
	switch {
	case slices.Contains(p.path, ""):
		return p, dataProblem(d.origin, line, "bad-key", "a name of the key is empty", `dots nest: a.b.c; a dot within a name is \.; with flat: true on the source, names stay whole`)
	case len(p.path) > MaxDepth:
		return p, dataProblem(d.origin, line, "too-deep", "nested more than 100 deep", "flatten the data")
	}
	return p, nil
}

// propertyPath splits a key at its dots, unless it is flat, and decodes its escapes.
func propertyPath(key string, flat bool) ([]string, error) {
	var path []string
	for start, i := 0, 0; i <= len(key); i++ {
		switch {
		case i == len(key) || key[i] == '.' && !flat:
			name, err := unescapeProperty(key[start:i])
			if err != nil {
				return nil, err
			}
			if len(path) > MaxDepth && path[MaxDepth] != "" {
				path = path[:MaxDepth] // too deep already: only an empty name says more
			}
			path, start = append(path, name), i+1
		case key[i] == '\\' && i+1 < len(key):
			i++
		}
	}
	return path, nil
}

var (
	errUnicodeEscape = errors.New(`\u is not followed by four hexadecimal digits`)
	errSurrogate     = errors.New(`\u names one half of a character`)
)

// unescapeProperty decodes the escapes of java.util.Properties. It drops a backslash before
// any other character.
func unescapeProperty(s string) (string, error) {
	if !strings.Contains(s, `\`) {
		return s, nil
	}
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		if s[i] != '\\' || i+1 == len(s) {
			b.WriteByte(s[i])
			continue
		}
		i++
		switch s[i] {
		case 't':
			b.WriteByte('\t')
		case 'n':
			b.WriteByte('\n')
		case 'r':
			b.WriteByte('\r')
		case 'f':
			b.WriteByte('\f')
		case 'u':
			r, size, err := unicodeEscape(s[i-1:])
			if err != nil {
				return "", err
			}
			b.WriteRune(r)
			i += size - 2
		default:
			b.WriteByte(s[i])
		}
	}
	return b.String(), nil
}

// unicodeEscape reads \uXXXX off the front of s, or the two of a surrogate pair.
func unicodeEscape(s string) (r rune, size int, err error) {
	unit := func(s string) (rune, bool) {
		if len(s) < 6 || s[:2] != `\u` {
			return 0, false
		}
		v, err := strconv.ParseUint(s[2:6], 16, 16)
		return rune(v), err == nil
	}
	r, ok := unit(s)
	if !ok {
		return 0, 0, errUnicodeEscape
	}
	if !utf16.IsSurrogate(r) {
		return r, 6, nil
	}
	low, _ := unit(s[6:])
	if r = utf16.DecodeRune(r, low); r == '\uFFFD' {
		return 0, 0, errSurrogate
	}
	return r, 12, nil
}

// nest makes a map of sorted properties whose paths are the same up to depth.
func (d *propertiesDecoder) nest(all []property, depth int) (tree.Members, error) {
	var m tree.Members
	for len(all) > 0 {
		key, same := all[0].path[depth], 1
		for same < len(all) && all[same].path[depth] == key {
			same++
		}
		group := all[:same]
		all = all[same:]
		if first := group[0]; len(first.path) == depth+1 {
			if same > 1 {
				return nil, d.conflict(first, group[1], depth)
			}
			m = diag.Append(d.origin.Budget, m, pair{key, first.value, first.line}.node(d.origin))
			continue
		}
		below, err := d.nest(group, depth+1)
		if err != nil {
			return nil, err
		}
		n := tree.New(below, group[0].line, d.origin)
		n.SetKey(key)
		m = diag.Append(d.origin.Budget, m, n)
	}
	return m, nil
}

// conflict words the error of a duplicate key, or of a key that has a value and keys below it.
func (d *propertiesDecoder) conflict(leaf, other property, depth int) error {
	first, second := min(leaf.line, other.line), max(leaf.line, other.line)
	if len(other.path) == depth+1 {
		return duplicateProblem(d.origin, strings.Join(leaf.path, "."), second, first, "keep one of the two")
	}
	key, below := " "+diag.Quoted(strings.Join(leaf.path, ".")), diag.Quoted(strings.Join(other.path, "."))
	if d.origin.Sensitive {
		key, below = "", "another key"
	}
	return dataProblem(d.origin, second, "leaf-and-parent",
		"the key"+key+" has a value in line "+strconv.Itoa(leaf.line)+", and "+below+" in line "+strconv.Itoa(other.line)+" is below it",
		`set flat: true on the source, and on the values: entry that writes it: names then stay whole, as Kafka and log4j have them`)
}
