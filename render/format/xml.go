package format

import (
	"bytes"
	"encoding/xml"
	"errors"
	"io"
	"strings"

	"confit/render/diag"
)

// checkXML checks that a file is well-formed, as XML 1.0 or 1.1. It loads no DTD: a file that
// names one may use any entity.
func checkXML(data []byte, _ *diag.Budget) *Violation {
	data = bytes.TrimPrefix(data, []byte(byteOrderMark))
	c := xmlChecker{data: data, dec: xml.NewDecoder(bytes.NewReader(asXML10(data)))}
	c.dec.CharsetReader = func(_ string, in io.Reader) (io.Reader, error) { return in, nil }
	for {
		start := c.dec.InputOffset()
		tok, err := c.dec.RawToken()
		switch {
		case errors.Is(err, io.EOF) && len(c.open) > 0:
			return c.violation(int64(len(data)), "an element is not closed")
		case errors.Is(err, io.EOF) && c.elements == 0:
			return c.violation(0, "there is no element")
		case errors.Is(err, io.EOF):
			return nil
		case err != nil:
			return c.violation(c.dec.InputOffset(), xmlReason(err))
		}
		if text := c.token(tok, start); text != "" {
			return c.violation(start, text)
		}
	}
}

type xmlChecker struct {
	data     []byte
	dec      *xml.Decoder
	open     []xml.Name
	elements int
}

// token checks a token by the ones before it. It returns the fault, or "".
func (c *xmlChecker) token(tok xml.Token, start int64) string {
	switch tok := tok.(type) {
	case xml.ProcInst:
		switch end := bytes.IndexAny(c.data[start+2:], " \t\r\n?"); {
		case !strings.EqualFold(tok.Target, "xml"):
			if end != len(tok.Target) || c.data[start+2+int64(end)] == '?' && len(tok.Inst) > 0 {
				return "an instruction <?…?> is malformed"
			}
		case start > 0:
			return "the declaration <?xml … ?> is not the very first text of the file"
		case !xmlDeclaration().Match(c.data):
			return "the declaration <?xml … ?> is malformed"
		}
	case xml.Directive:
		if c.elements > 0 {
			return "a <!DOCTYPE> follows the root element"
		}
		m := xmlDoctype().FindSubmatch(tok)
		if m == nil || len(bytes.TrimSpace(xmlMarkup().ReplaceAll(m[6], nil))) > 0 {
			return "the <!DOCTYPE> is malformed"
		}
		c.declare(string(tok))
	case xml.CharData:
		if len(c.open) == 0 && len(bytes.TrimSpace(tok)) > 0 {
			return "text is outside of the root element"
		}
	case xml.StartElement:
		if c.elements++; len(c.open) == 0 && c.elements > 1 {
			return "there are two root elements"
		}
		c.open = append(c.open, tok.Name)
		return duplicateAttribute(tok.Attr)
	case xml.EndElement:
		if len(c.open) == 0 {
			return "a closing tag has no element"
		}
		last := c.open[len(c.open)-1]
		if c.open = c.open[:len(c.open)-1]; last != tok.Name {
			return "a closing tag does not match the element that is open"
		}
	}
	return ""
}

func duplicateAttribute(attrs []xml.Attr) string {
	for i, a := range attrs {
		for _, b := range attrs[:i] {
			if a.Name == b.Name {
				return "an element has the same attribute twice"
			}
		}
	}
	return ""
}

var (
	xmlDeclaration = diag.LazyRegexp(`^<\?xml\s+version\s*=\s*("1\.[01]"|'1\.[01]')(\s+encoding\s*=\s*("[A-Za-z][\w.-]*"|'[A-Za-z][\w.-]*'))?(\s+standalone\s*=\s*("(yes|no)"|'(yes|no)'))?\s*\?>`)
	xmlDoctype     = diag.LazyRegexp(`^DOCTYPE\s+[\pL_:][\pL\pN_:.-]*(\s+(SYSTEM|PUBLIC\s+("[^"]*"|'[^']*'))\s+("[^"]*"|'[^']*'))?\s*(\[([\s\S]*)\]\s*)?$`)
	xmlMarkup      = diag.LazyRegexp(`<!ENTITY(\s+%)?\s+[\pL_:][\pL\pN_:.-]*\s+("[^"%]*"|'[^'%]*'|(SYSTEM|PUBLIC)\s[^<>]*)\s*>|<!(ELEMENT|ATTLIST|NOTATION)\s[^<>]*>|%[^\s;]+;`)
	xmlVersion11   = diag.LazyRegexp(`^<\?xml\s+version\s*=\s*["']1\.1["']`)
	xmlEntity      = diag.LazyRegexp(`<!ENTITY\s+([^\s%<>]+)`)
	xmlReference   = diag.LazyRegexp(`&([^\s#&;<>]+);`)
	xmlSubset      = diag.LazyRegexp(`^DOCTYPE\s+\S+\s+(SYSTEM|PUBLIC)|%[^\s;]+;`)
)

// asXML10 replaces the version 1.1, which the decoder does not know, by 1.0.
func asXML10(data []byte) []byte {
	head := xmlVersion11().Find(data)
	if head == nil {
		return data
	}
	return append([]byte(strings.Replace(string(head), "1.1", "1.0", 1)), data[len(head):]...)
}

// declare tells the decoder the entities of a DOCTYPE: those that it defines, and every one
// that the file uses if the definitions are elsewhere.
func (c *xmlChecker) declare(doctype string) {
	found := xmlEntity().FindAllStringSubmatch(doctype, -1)
	if xmlSubset().MatchString(doctype) {
		found = append(found, xmlReference().FindAllStringSubmatch(string(c.data), -1)...)
	}
	c.dec.Entity = map[string]string{}
	for _, m := range found {
		c.dec.Entity[m[1]] = "x"
	}
}

func (c *xmlChecker) violation(offset int64, text string) *Violation {
	line := 1 + bytes.Count(c.data[:min(offset, int64(len(c.data)))], []byte("\n"))
	return &Violation{Line: line, Text: "not well-formed XML: " + text}
}

// xmlReason words an error of encoding/xml without the text of the file that it quotes.
func xmlReason(err error) string {
	for _, r := range [][2]string{
		{"character entity", "a & stands alone, or its entity is not declared: write &amp; for the sign"},
		{"expected element name after <", "a < stands alone: write &lt; for the sign"},
		{"unescaped <", "a < is in the value of an attribute: write &lt;"},
		{"unescaped ]]>", "a ]]> stands alone: write ]]&gt;"},
		{"attribute name without =", "an attribute has no value"},
		{"expected attribute name", "an attribute is malformed"},
		{"unquoted or missing attribute value", "the value of an attribute is not in quotes"},
		{"unexpected EOF", "the file ends inside of a tag, a quote, a comment or CDATA"},
		{"invalid UTF-8", "it is not UTF-8 text"},
		{"illegal character code", "a control character is in it"},
		{"comment", "a comment has -- in it"},
		{"unsupported version", "the version is neither 1.0 nor 1.1"},
	} {
		if strings.Contains(err.Error(), r[0]) {
			return r[1]
		}
	}
	return "a tag is malformed"
}
