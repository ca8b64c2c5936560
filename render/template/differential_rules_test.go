package template

import (
	"regexp"
	"slices"
	"strings"
)

// A difference is one template, executed both ways.
type difference struct {
	text string
	ours *eval
	ref  *reference
}

func (d *difference) calls(names ...string) bool {
	return slices.ContainsFunc(names, func(n string) bool { return called(n, d.text) })
}

func (d *difference) refSays(texts ...string) bool {
	return slices.ContainsFunc(texts, func(s string) bool { return strings.Contains(d.ref.err.Error(), s) })
}

var names = regexp.MustCompile(`%?\w+`)

func called(name, text string) bool {
	return slices.Contains(names.FindAllString(text, -1), name)
}

// rule names the rule that explains the difference; "" is none.
func (d *difference) rule() string {
	failed := len(d.ours.problems) > 0
	switch {
	case failed && d.ref.err != nil:
		return "same failure"
	case failed:
		return d.refused()
	case d.ref.err != nil:
		return d.allowed()
	case string(d.ours.out) == d.ref.out:
		return "same text"
	}
	return d.otherText()
}

// strict are the functions that fail where sprig's give a wrong value.
var strict = strings.Fields(`b64dec b32dec atoi int int64 float64 toDecimal duration fromJson regexMatch get
	fromYaml dict chunk slice add add1 sub mul div mod max min floor ceil round addf add1f subf mulf divf maxf minf printf until untilStep seq`)

// refused is why ours fails where text/template goes on.
func (d *difference) refused() string {
	nothing := d.ref.usedNil || strings.Contains(d.ref.out, "no value") || strings.Contains(d.ref.out, "nil")
	for _, p := range d.ours.problems {
		switch {
		case p.Code == "missing-value" && nothing:
			return "refused: a missing value is used"
		case p.Code == "missing-value" && d.calls("get", "index", "first", "last"):
			return "refused: a member or item that is not there"
		case p.Code == "raw-map" || p.Code == "raw-list":
			return "refused: a map or a list has no text"
		case slices.Contains([]string{"function", "bad-argument", "bad-format"}, p.Code) && slices.Contains(strict, strings.TrimRight(strings.Fields(p.Text)[0], ":")):
			return "refused: " + strings.TrimRight(strings.Fields(p.Text)[0], ":") + " does not swallow an error"
		}
	}
	return ""
}

// allowed is why ours goes on where text/template fails.
func (d *difference) allowed() string {
	switch {
	case d.refSays("nil pointer evaluating", "nil data", "index of untyped nil", "interface conversion: interface {} is nil"):
		return "allowed: any depth of path is safe"
	case d.refSays("invalid memory address or nil pointer") && d.calls("rest", "initial", "slice", "concat"):
		return "allowed: an empty list is a list, not nil"
	case d.refSays("range can't iterate over", "cannot index slice/array with type", "interface {} is string", "expected map[string]interface {}; got string") && d.calls("get", "index"):
		return "allowed: a member that is not there is nothing, not an empty text"
	case d.refSays("%!"):
		return "allowed: printf writes any number and truth with any verb that fits"
	case d.refSays("wrong type for value; expected map[string]interface {}; got map[string]string", "interface {} is map[string]string"):
		return "allowed: a map of texts is a map"
	case d.refSays("invalid value; expected bool", "wrong type for value; expected bool", "expected bool; found") && d.calls("ternary"):
		return "allowed: ternary takes any truth"
	case d.refSays("invalid value; expected string", "wrong type for value; expected string", "expected string; found") && d.calls("required"):
		return "allowed: required does not look at a message it does not need"
	case d.refSays("incompatible types for comparison") && d.calls("eq", "ne", "lt", "le", "gt", "ge"):
		return "allowed: numbers compare by value"
	}
	return ""
}

var listType = regexp.MustCompile(`(?i)(\[\])+(interface {}|int|string)|map\[string\](string|interface {})`)

// otherText is why both succeed with different texts.
func (d *difference) otherText() string {
	if strings.ReplaceAll(d.ref.out, "null", "[]") == strings.ReplaceAll(string(d.ours.out), "null", "[]") {
		return "differs: an empty list is a list, not null"
	}
	if strings.Contains(d.ref.out, "%!") || d.calls("%q", "%s", "%d", "%x") {
		return "differs: printf writes any number and truth with any verb that fits"
	}
	if d.calls("get", "split", "splitn") && d.calls("typeOf", "kindOf", "typeIs", "kindIs", "eq", "ne", "deepEqual", "ternary", "has", "len", "print", "println") {
		return "differs: a member that is not there is nothing, not an empty text"
	}
	if d.calls("deepEqual", "has", "without", "uniq") {
		return "differs: numbers compare by value, and lists of any type are lists"
	}
	if d.calls("round") {
		return "differs: round is right for negative numbers"
	}
	if d.calls("duration") {
		return "differs: duration takes any whole number"
	}
	if d.calls("typeOf") && listType.ReplaceAllString(d.ref.out, "") == listType.ReplaceAllString(string(d.ours.out), "") {
		return "differs: lists and maps of any type are lists and maps"
	}
	return ""
}
