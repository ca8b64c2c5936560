package template

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"encoding/base64"
	"encoding/pem"
	"fmt"
	"math/big"
	"os"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/Masterminds/sprig/v3"

	"confit/render/rendertest"
	"confit/render/syntax"
	"confit/render/tree"
)

// exampleValues are what the examples in testdata/functions.txt read.
const exampleValues = `name: web
port: 8080
share: 0.5
version: 1.10
debug: true
hosts: [a, b, c]
db:
  host: db.local
  port: 5432
`

// unlikeSprig are the functions whose result differs from sprig's on purpose.
var unlikeSprig = map[string]string{
	"eq, ne, lt, le, gt, ge":         "numbers compare by value, whatever their type",
	"deepEqual, has, without, uniq":  "numbers compare by value, whatever their type",
	"keys":                           "sorted",
	"values":                         "in the order of their keys",
	"round":                          "right for negative numbers, of which sprig's takes the next one down",
	"fromJson, toJson, print, quote": "numbers keep their digits",
	"printf":                         "a number is written by any verb for numbers, and is its own text for %s, %v and %q",
	"duration":                       "takes any whole number",
	"date, dateInZone, dateModify, htmlDate, htmlDateInZone, unixEpoch": "the time is an argument: of toDate, seconds since 1970, or text like 2006-01-02 or 2006-01-02T15:04:05Z; the zone is UTC",
	"toDate":                           "fails where the text is no such time",
	"first, last, get":                 "what is not there is a missing value, not an empty text",
	"rest, initial, slice, regexSplit": "an empty list is a list, not null",
	"ternary":                          "takes any truth, not only a bool",
	"set, unset":                       "work on what a template made itself, not on data: `deepCopy` that first",
}

// An example is one line of testdata/functions.txt: what a function makes.
type example struct{ group, name, template, want string }

func examples(t *testing.T) []example {
	t.Helper()
	data, err := os.ReadFile("testdata/functions.txt")
	if err != nil {
		t.Fatal(err)
	}
	var all []example
	group := ""
	for line := range strings.Lines(string(data)) {
		line = strings.TrimSuffix(line, "\n")
		if name, ok := strings.CutPrefix(line, "# "); ok {
			group = name
			continue
		}
		part := strings.Split(line, "\t")
		want, err := strconv.Unquote(part[len(part)-1])
		if len(part) != 3 || err != nil {
			t.Fatalf("not name, template, want: %s", line)
		}
		all = append(all, example{group, part[0], part[1], want})
	}
	return all
}

// exampleTree adds to the values what is made anew each time: a certificate and a text
// that was encrypted.
func exampleTree(t *testing.T) *tree.Node {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	c := &x509.Certificate{SerialNumber: big.NewInt(1)}
	cert, err := x509.CreateCertificate(rand.Reader, c, c, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	private, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	secret, err := sprig.GenericFuncMap()["encryptAES"].(func(string, string) (string, error))("key", "text")
	if err != nil {
		t.Fatal(err)
	}
	encode := func(kind string, b []byte) string {
		return base64.StdEncoding.EncodeToString(pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: b}))
	}
	return rendertest.NodeOf(map[string]any{"encrypted": secret, "cert": encode("CERTIFICATE", cert), "key": encode("PRIVATE KEY", private)}, &tree.Origin{})
}

// TestFunctions executes an example of every function that is offered.
func TestFunctions(t *testing.T) {
	v := rendertest.ValuesOf(t, rendertest.RootOf(t, exampleValues, &tree.Origin{File: "values.yaml"}), exampleTree(t))
	shown := map[string]bool{}
	for _, ex := range examples(t) {
		shown[ex.name] = true
		t.Run(ex.name, func(t *testing.T) {
			e := ours(t, ex.template, v, false)
			if len(e.problems) > 0 {
				t.Fatalf("%s: %v", ex.template, e.problems[0])
			}
			if string(e.out) != ex.want {
				t.Errorf("%s = %q, want %q", ex.template, e.out, ex.want)
			}
			if !ours(t, ex.template, v, true).offers(ex.name) {
				t.Errorf("%s is not offered", ex.name)
			}
		})
	}
	for _, name := range rendertest.SortedNames(testEngine.funcs) {
		if !shown[name] {
			t.Errorf("%s has no example in testdata/functions.txt", name)
		}
	}
}

func (e *eval) offers(name string) bool {
	_, ok := e.engine.funcs[name]
	return ok
}

// TestExamplesLikeSprig holds the examples against sprig, where it has the function.
func TestExamplesLikeSprig(t *testing.T) {
	time.Local = time.UTC // the zone of sprig's times
	extra := exampleTree(t)
	v := rendertest.ValuesOf(t, rendertest.RootOf(t, exampleValues, &tree.Origin{}), extra)
	values := tree.Plain(v.Root()).(map[string]any)
	values["version"] = 1.1
	var differ []string
	for _, ex := range examples(t) {
		if _, ok := helmLike.funcs()[ex.name]; !ok && !strings.Contains("eq ne lt le gt ge and or not index len", ex.name) {
			continue
		}
		if r := helmLike.run(ex.template, values); r.err != nil || r.out != ex.want {
			differ = append(differ, ex.name)
			t.Logf("%s: %q, sprig %q %v", ex.template, ex.want, r.out, r.err)
		}
	}
	if got, want := strings.Join(differ, " "), "printf round eq gt deepEqual mustToJson fromJson mustFromJson duration"; got != want {
		t.Errorf("unlike sprig: %s, want %s", got, want)
	}
}

// TestForbidden: a function that is not offered says so, with what to do instead.
func TestForbidden(t *testing.T) {
	for name := range sprig.GenericFuncMap() {
		e := ours(t, "{{ "+name+" }}", rendertest.ValuesOf(t, rendertest.NodeOf(map[string]any{}, &tree.Origin{})), false)
		forbidden := len(e.problems) > 0 && e.problems[0].Code == "forbidden-function"
		if _, offered := testEngine.funcs[name]; offered == forbidden {
			t.Errorf("%s is neither offered nor forbidden: %v", name, e.problems)
		}
	}
}

// TestFunctionsPage keeps the reference page in step; UPDATE=1 writes it.
func TestFunctionsPage(t *testing.T) {
	const path = "../../docs/functions.md"
	page := functionsPage(examples(t))
	if os.Getenv("UPDATE") != "" {
		if err := os.WriteFile(path, []byte(page), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	got, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if string(got) != page {
		t.Errorf("%s is not what testdata/functions.txt makes: run UPDATE=1 go test ./render -run TestFunctionsPage", path)
	}
}

const pageHead = `# Functions

All that a template may call, each with an example. The page is made from
` + "`render/template/testdata/functions.txt`" + `, which the tests execute.

Names, argument order and results are those of Go's text/template, of
[sprig](https://masterminds.github.io/sprig/) and of Helm. Three rules hold for all:

- **A function that cannot do its work fails.** Sprig's often go on with 0, an empty text or
  the text of the error. A number that does not fit into 64 bits, text that is no number, a
  list that is too short, a bad regular expression or bad base64 is an error here.
- **A missing value is an error where it is used**, unless the function asks about it
  (` + "`default empty coalesce required ternary any all eq ne hasKey get index dig kindIs kindOf typeIs typeOf and or not`" + `)
  or passes it on (` + "`dict list tuple include tpl`" + `).
- **The same input gives the same text**: maps come in the order of their keys, numbers as
  they were written, and what reads the clock, chance or the machine is not offered.

The examples read these values:

` + "```yaml\n" + exampleValues + "```\n"

func functionsPage(all []example) string {
	var b strings.Builder
	b.WriteString(pageHead)
	group := ""
	for _, ex := range all {
		if ex.group != group {
			group = ex.group
			fmt.Fprintf(&b, "\n## %s\n\n| function | example | gives |\n|---|---|---|\n", group)
		}
		want := strconv.Quote(ex.want)
		want = want[1 : len(want)-1]
		if ex.want == "" {
			want = " "
		}
		fmt.Fprintf(&b, "| `%s` | %s | %s |\n", ex.name, code(ex.template), code(strings.ReplaceAll(want, `\"`, `"`)))
	}
	b.WriteString("\n## Unlike sprig\n\n| function | here |\n|---|---|\n")
	for _, name := range rendertest.SortedNames(unlikeSprig) {
		fmt.Fprintf(&b, "| `%s` | %s |\n", strings.ReplaceAll(name, ", ", "` `"), unlikeSprig[name])
	}
	b.WriteString("\n## Not offered\n\n| function | instead |\n|---|---|\n")
	for _, name := range append(rendertest.SortedNames(sprig.GenericFuncMap()), "lookup") {
		if why := syntax.Refused(name); why != "" {
			fmt.Fprintf(&b, "| `%s` | %s |\n", name, why)
		}
	}
	return b.String()
}

// code writes a text as code within a table.
func code(s string) string {
	s = strings.ReplaceAll(s, "|", `\|`)
	if strings.Contains(s, "`") {
		return "`` " + s + " ``"
	}
	return "`" + s + "`"
}
