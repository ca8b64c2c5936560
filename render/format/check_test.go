package format

import (
	"strconv"
	"strings"
	"testing"
)

func TestCheckXML(t *testing.T) {
	const fail = "not well-formed XML: "
	for in, want := range map[string]string{
		"<a/>": "",
		"\ufeff<?xml version=\"1.0\"?>\n<!-- c -->\n<a b='1' c='&lt;'>x<b/><![CDATA[<]]></a>\n<!-- d -->":              "",
		"<?xml version='1.1' encoding='UTF-8'?>\n<hudson><n>2</n></hudson>":                                            "",
		"<!DOCTYPE s [<!ENTITY vhost \"x\">]>\n<s>&vhost;</s>":                                                         "",
		"<!DOCTYPE html PUBLIC \"-//W3C//DTD XHTML 1.0 Strict//EN\" \"http://www.w3.org/x.dtd\">\n<html>&nbsp;</html>": "",
		"<x:a xmlns:x='u' x:b='1' b='1'></x:a>":                                                                        "",
		"":                                                                                                             "1 " + fail + "there is no element",
		"\n<!-- x -->":                                                                                                 "1 " + fail + "there is no element",
		"x <a/>":                                                                                                       "1 " + fail + "text is outside of the root element",
		"<a/>\nhunter2":                                                                                                "1 " + fail + "text is outside of the root element",
		"\n<?xml version=\"1.0\"?><a/>":                                                                                "2 " + fail + "the declaration <?xml … ?> is not the very first text of the file",
		"# hunter2\n<?xml version=\"1.0\"?><a/>":                                                                       "1 " + fail + "text is outside of the root element",
		"<a/>\n<b/>":                                                                                                   "2 " + fail + "there are two root elements",
		"<a>\n<b>\n</a>":                                                                                               "3 " + fail + "a closing tag does not match the element that is open",
		"<a></a>\n</a>":                                                                                                "2 " + fail + "a closing tag has no element",
		"<a>\n<b>":                                                                                                     "2 " + fail + "an element is not closed",
		"<a>\n&hunter2;</a>":                                                                                           "2 " + fail + "a & stands alone, or its entity is not declared: write &amp; for the sign",
		"<a>a & b</a>":                                                                                                 "1 " + fail + "a & stands alone, or its entity is not declared: write &amp; for the sign",
		"<a>1 < 2</a>":                                                                                                 "1 " + fail + "a < stands alone: write &lt; for the sign",
		"<a b='<'/>":                                                                                                   "1 " + fail + "a < is in the value of an attribute: write &lt;",
		"<a b=hunter2/>":                                                                                               "1 " + fail + "the value of an attribute is not in quotes",
		"<a b/>":                                                                                                       "1 " + fail + "an attribute has no value",
		"<a b='1' b='2'/>":                                                                                             "1 " + fail + "an element has the same attribute twice",
		"<a>x]]>y</a>":                                                                                                 "1 " + fail + "a ]]> stands alone: write ]]&gt;",
		"<a><!-- a -- b --></a>":                                                                                       "1 " + fail + "a comment has -- in it",
		"<a>\x01</a>":                                                                                                  "1 " + fail + "a control character is in it",
		"<a>\xff</a>":                                                                                                  "1 " + fail + "it is not UTF-8 text",
		"<a b='1":                                                                                                      "1 " + fail + "the file ends inside of a tag, a quote, a comment or CDATA",
		"<a/><!DOCTYPE a>":                                                                                             "1 " + fail + "a <!DOCTYPE> follows the root element",
		"<?xml version='2.0'?><a/>":                                                                                    "1 " + fail + "the version is neither 1.0 nor 1.1",
	} {
		got := ""
		if v := checkXML([]byte(in), nil); v != nil {
			got = strconv.Itoa(v.Line) + " " + v.Text
		}
		if got != want {
			t.Errorf("checkXML(%q) = %s, want %s", in, got, want)
		}
	}
}

// TestTOML10: the parser accepts forms of TOML 1.1, which other readers refuse.
func TestTOML10(t *testing.T) {
	for in, want := range map[string]string{
		"a = 17:45":                                  "f:1: not a date or time",
		"a = 2026-01-31T17:45Z":                      "f:1: not a date or time",
		"a = 2026-01-31T17:45:00+24:00":              "f:1: not a date or time",
		"a = 2026-01-31T17:45:00+23:60":              "f:1: not a date or time",
		"a = 1\nb = \"\\x33\"":                       "f:2: not TOML 1.0: a string has an escape that TOML 1.0 does not have",
		"a = \"\"\"\n\\e\"\"\"":                      "f:2: not TOML 1.0: a string has an escape that TOML 1.0 does not have",
		"\"\\x33\" = 1":                              "f:1: not TOML 1.0: a string has an escape that TOML 1.0 does not have",
		"a = {b = 1,\n c = 2}":                       "f:1: not TOML 1.0: an inline table goes over several lines",
		"a = {b = 1, }":                              "f:1: not TOML 1.0: a comma follows the last value of an inline table",
		"a = {b = [\n{c = 1 # x\n}]}":                "f:2: not TOML 1.0: an inline table has a comment in it",
		"a = {b = [ # c\n1,\n], c = '''\n}'''}":      "",
		"a = 'x\\x' # \\x {\nb = '''\\e''''\nc = {}": "",
		"a = \"\\\\x\\\"{\"\nb = \"\"\"\\\\e{\"\"\"\"\n[\"a]\"]\nc = [1, 2,\n]": "",
		"a = 17:45:00\nb = 2026-01-31T17:45:00+23:59":                           "",
	} {
		got := asJSON(t, DecodeTOML, in)
		if got = strings.TrimPrefix(got, "error: "); got != want && (want != "" || strings.HasPrefix(got, "f:")) {
			t.Errorf("DecodeTOML(%q) = %s, want %s", in, got, want)
		}
	}
}
