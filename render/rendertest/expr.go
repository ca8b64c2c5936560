package rendertest

import (
	"fmt"
	"strings"
)

// signatures are the kinds of the arguments and the result of each function: "is>s" makes a
// string of an int and a string.
var signatures = map[string]string{
	"upper": "s>s", "lower": "s>s", "title": "s>s", "untitle": "s>s", "trim": "s>s", "nospace": "s>s", "initials": "s>s",
	"swapcase": "s>s", "snakecase": "s>s", "camelcase": "s>s", "kebabcase": "s>s", "b64enc": "s>s", "b32enc": "s>s",
	"b64dec": "s>s", "sha256sum": "s>s", "sha1sum": "s>s", "adler32sum": "s>s", "base": "s>s", "dir": "s>s", "ext": "s>s", "clean": "s>s",
	"isAbs": "s>b", "regexQuoteMeta": "s>s", "trunc": "ns>s", "substr": "nns>s", "repeat": "ns>s", "indent": "ns>s",
	"nindent": "ns>s", "abbrev": "ns>s", "abbrevboth": "nns>s", "wrap": "ns>s", "wrapWith": "nss>s", "trimAll": "ss>s", "trimSuffix": "ss>s",
	"trimPrefix": "ss>s", "replace": "sss>s", "quote": "x>s", "squote": "x>s", "cat": "xx>s", "plural": "ssn>s", "join": "sL>s",
	"toString": "x>s", "print": "xx>s", "println": "x>s", "html": "s>s", "js": "s>s", "urlquery": "s>s", "toJson": "?>s",
	"toPrettyJson": "?>s", "toRawJson": "?>s", "toYaml": "?>s", "kindOf": "?>s", "typeOf": "?>s", "ternary": "ssb>s", "seq": "nn>s", "atoi": "s>i",
	"contains": "ss>b", "hasPrefix": "ss>b", "hasSuffix": "ss>b", "empty": "?>b", "not": "?>b", "eq": "xx>b", "ne": "ss>b", "lt": "ii>b",
	"le": "ss>b", "gt": "ii>b", "ge": "ff>b", "hasKey": "ms>b", "has": "sL>b", "kindIs": "s?>b", "all": "??>b", "any": "??>b", "deepEqual": "??>b",
	"regexMatch": "ts>b", "regexFind": "ts>s", "regexReplaceAll": "tss>s", "regexFindAll": "tsn>L", "regexSplit": "tsn>L",
	"add": "ii>i", "sub": "ii>i", "mul": "ii>i", "div": "ii>i", "mod": "ii>i", "max": "iii>i", "min": "ii>i", "add1": "i>i", "len": "?>i",
	"int": "x>i", "int64": "x>i", "float64": "x>f", "floor": "f>f", "ceil": "f>f", "round": "fn>f", "addf": "ff>f", "mulf": "ff>f",
	"subf": "ff>f", "divf": "ff>f", "maxf": "ff>f", "minf": "ff>f", "toDecimal": "s>i", "duration": "i>s",
	"list": "sss>L", "tuple": "ss>L", "splitList": "ss>L", "keys": "m>L", "values": "m>L", "append": "Ls>L", "prepend": "Ls>L",
	"concat": "LL>L", "rest": "L>L", "initial": "L>L", "reverse": "L>L", "uniq": "L>L", "without": "Ls>L", "compact": "L>L", "sortAlpha": "L>L",
	"slice": "Lnn>L", "toStrings": "I>L", "pluck": "sm>L", "until": "n>I", "untilStep": "nnn>I", "chunk": "nL>?",
	"dict": "s?s?>m", "merge": "dm>m", "mergeOverwrite": "dm>m", "pick": "mss>m", "omit": "ms>m", "set": "ds?>m", "unset": "ds>m",
	"deepCopy": "m>m", "urlParse": "s>m", "split": "ss>m", "splitn": "sns>m", "first": "L>s", "last": "L>s", "get": "ms>?", "dig": "sxm>?",
	"default": "s?>?", "coalesce": "???>?", "and": "??>?", "or": "??>?", "index": "ms>?", "fromJson": "j>?", "fromYaml": "j>m", "tpl": "pr>s", "semverCompare": "ss>b",
	"required": "s?>?", "mustRegexMatch": "ts>b", "typeIs": "s?>b", "hello": ">s", "mustToJson": "?>s", "printf": "", "include": "",
}

// byResult lists the functions by the kind of their result.
var byResult = func() map[byte][]string {
	m := map[byte][]string{}
	for _, name := range SortedNames(signatures) {
		sig := signatures[name]
		if sig == "" {
			continue
		}
		k := sig[len(sig)-1]
		m[k] = append(m[k], name)
	}
	return m
}()

// expr makes an expression of kind k, as an operand or a pipeline.
func (g *gen) expr(k byte, depth int) string {
	if k == '?' {
		k = kinds8[g.IntN(len(kinds8))]
	}
	if g.IntN(40) == 0 {
		k = kinds8[g.IntN(len(kinds8))] // wrong on purpose
	}
	if depth == 0 || g.IntN(3) == 0 {
		return g.leaf(k)
	}
	if g.IntN(12) == 0 && k == 's' {
		return g.special(depth)
	}
	from := k
	if strings.IndexByte("LIM", k) < 0 && g.IntN(6) == 0 || byResult[k] == nil {
		from = '?'
	}
	return g.call(g.pick(byResult[from]...), depth)
}

// special makes calls of include and printf, which have no fixed signature.
func (g *gen) special(depth int) string {
	if len(g.defs) > 0 && g.IntN(2) == 0 {
		return fmt.Sprintf("include %q %s", g.pick(g.defs...), g.root())
	}
	verb := g.pick("%s=s", "%d=i", "%v=x", "%q=s", "%5.2f=f", "%-8s|=s", "%05d=i", "%x=i", "%t=b", "%+d=i", "%c=n", "%%%s=s", "%T=s")
	format, kind, _ := strings.Cut(verb, "=")
	return fmt.Sprintf("printf %q %s", format, g.operand(kind[0], depth-1))
}

func (g *gen) call(name string, depth int) string {
	in, _, _ := strings.Cut(signatures[name], ">")
	args := make([]string, len(in))
	for i := range in {
		args[i] = g.operand(in[i], depth-1)
	}
	if len(args) > 0 && g.IntN(3) == 0 { // the last one through a pipe
		last := args[len(args)-1]
		if strings.HasPrefix(last, "(") && g.IntN(2) == 0 {
			last = last[1 : len(last)-1]
		}
		if last != "nil" {
			return strings.Join(append([]string{last + " | " + name}, args[:len(args)-1]...), " ")
		}
	}
	return strings.Join(append([]string{name}, args...), " ")
}

// operand makes an argument.
func (g *gen) operand(k byte, depth int) string {
	switch k {
	case 'x':
		k = "sifb"[g.IntN(4)]
	case 'r':
		return g.root()
	case 'n':
		return g.pick("0", "1", "3", "5", "-1", "12", "2")
	case 't':
		return fmt.Sprintf("%q", g.pick("a", "[a-z]+", "(.)b", "^$", "[", "x*", "o|e"))
	case 'j':
		return g.pick(`"{\"host\": \"h\", \"l\": [1, 2.5, null]}"`, `"{\"a\": {\"b\": 1}}"`, "(toJson .Values.db)", `"{"`)
	case 'p':
		return g.pick(`"<{{ .Values.name }}>"`, `"{{ range $i, $x := .Values.hosts }}{{ $i }}{{ $x }}{{ end }}"`, `"{{ define \"t\" }}T{{ end }}{{ include \"t\" . }}"`, ".Values.text", `"{{ $.Values.absent }}"`)
	case 'd':
		return g.pick("(dict)", `(dict "host" 1)`, `(dict "deep" (dict "host" "z"))`, "(deepCopy .Values.db)", "(dict \"a\" $)")
	}
	if depth <= 0 {
		return g.leaf(k)
	}
	s := g.expr(k, depth)
	if strings.ContainsAny(s, " |") && !(strings.HasPrefix(s, `"`) && !strings.Contains(s, " | ")) {
		return "(" + s + ")"
	}
	return s
}

// leaf is a value, a variable or a constant.
func (g *gen) leaf(k byte) string {
	if k == '?' {
		k = kinds8[g.IntN(len(kinds8))]
	}
	var matching []string
	for _, list := range [][]named{g.vars, g.vars, g.dot} {
		for _, n := range list {
			if n.kind == k || n.kind == '?' && g.IntN(40) == 0 {
				matching = append(matching, n.expr)
			}
		}
	}
	if g.IntN(4) == 0 || len(matching) == 0 {
		return g.constant(k)
	}
	return g.pick(matching...)
}

func (g *gen) constant(k byte) string {
	switch k {
	case 's':
		return g.pick(`"abc"`, `"a"`, `""`, "`raw`", `"host"`, `"deep"`, `"1.2.3"`, `"string"`, `"<b>"`, `"%d"`, `"a,b"`, `"42"`, `"\u00e9\n"`, `","`)
	case 'i':
		return g.pick("0", "1", "-5", "42", "0x1F", "1_000", "'a'", "0b11", "0o17", "9223372036854775807", "1e3", "-0x1e")
	case 'f':
		return g.pick("1.5", "-0.25", "1e3", "2.0", ".5", "0x1p4", "3")
	case 'b':
		return g.pick("true", "false")
	case 'L':
		return g.pick(`(list "b" "a" "c")`, "(list)", `(splitList "," "x,y")`, "$.Values.hosts")
	case 'I':
		return g.pick("(list 3 1 2)", "(until 3)", "$.Values.ports")
	case 'M':
		return g.pick(`(list (dict "host" "q" "port" 1))`, "$.Values.sites")
	}
	return g.pick(`(dict "host" "h" "port" 5)`, "(dict)", "$.Values.db", `(dict "deep" (dict "host" "e"))`, "$.Values.labels")
}
