package page

import (
	"fmt"
	"strings"
	"testing"
	"unicode"

	"github.com/rogpeppe/go-internal/diff"
	"golang.org/x/net/html"

	"confit/render/content"
	"confit/render/diag"
	"confit/render/values"
	"confit/sinks"
	"confit/sinks/console"
	"confit/sinks/report"
)

// hostile are texts that would be more than text, or look like another one.
var hostile = []string{
	`</script><img src=x onerror="alert(1)"><script>alert(1)</script>`,
	`</code></pre></details></table></main><iframe src=//evil.example></iframe><base href=//evil.example>`,
	`"><a href="javascript:alert(1)" onmouseover=alert(1) style="background:url(//evil.example)">`,
	`' autofocus onfocus='alert(1)`,
	`--><!-- ]]> <![CDATA[ <style>@import "//evil.example"</style>`,
	"&lt;img&gt; &#60;b&#62; &amp &notin; %3Cb%3E % %% %s",
	"</title></style><meta http-equiv=refresh content='0;url=//evil.example'>",
	"\u202egnp.exe\u202c \u2066x\u2069 \u00ad \u200b",
	"a\x00b\x1b[2J\x07\x7f\u0085\u2028\ufeffz",
	"one\n::error::PWNED\n##[error]x\n+two\n-three\n@@ four",
	"\n<pre>\n\n",
}

// fullPage is a page that has a text wherever a text of somebody may be.
func fullPage(t *testing.T, text string) *Page {
	t.Helper()
	outputs := func(name, text string) []content.Output {
		return []content.Output{
			{Path: name, Mode: 0o644, Content: content.Plain([]byte("a\n" + text + "\nb\n"))},
			{Path: "secret", Mode: 0o640, Content: content.Sensitive([]byte("hunter2"), []byte("masked "+text))},
		}
	}
	plan, err := sinks.Between(outputs("a", "x"), outputs("b"+text, text))
	if err != nil {
		t.Fatal(err)
	}
	problem := Problem{Finding: report.Finding{Record: console.Record{
		Level: "error", Code: text, File: "f" + text, Line: 3, Col: 1, Text: text, Notes: []string{text, text}, Hint: text,
	}}, SourceLine: 3, SourceCol: 2}
	if diag.EscapeLine(text) == text {
		problem.Source = text // a line with an escape is not shown
	}
	setting := values.Setting{Source: text, Place: "p" + text, SignedBy: text, Value: values.Shown(text)}
	run := &Run{
		Values: []values.Explained{{Path: text, Value: values.Shown(text), Setting: setting, Overrode: []values.Setting{setting, setting}, ReadBy: []string{text, text}, ReadMore: 2}},
	}
	for _, o := range outputs("b", text) {
		run.Files = append(run.Files, File{Path: text, Elsewhere: []string{text}, Mode: uint32(o.Mode), From: text, Content: o.Content})
	}
	return &Page{
		Subject: text, Version: text, Summary: text, Problems: []Problem{problem}, Run: run,
		Changes: []Comparison{{With: text, Plan: plan, Notes: []string{text}, Failed: []Problem{problem}}},
		Pods: []Pod{{Name: text, Containers: []Container{
			{Name: text, Role: "init", Image: text, Run: run, Mounts: []Mount{{text, text, text, true, text}}},
			{Name: text, Role: "application", Image: text},
		}}},
	}
}

// A parsed page has what a browser makes of it.
type parsed struct {
	elements []string // with their attributes
	text     string   // but for that of style and script
}

func parse(t *testing.T, page string) (p parsed) {
	t.Helper()
	var text strings.Builder
	root, err := html.Parse(strings.NewReader(page))
	if err != nil {
		t.Fatal(err)
	}
	for n := range root.Descendants() {
		switch n.Type {
		case html.ElementNode:
			var element strings.Builder
			element.WriteString(n.Data)
			for _, a := range n.Attr {
				fmt.Fprintf(&element, " %s=%q", a.Key, a.Val)
			}
			p.elements = append(p.elements, element.String())
		case html.TextNode:
			switch n.Parent.Data {
			case "style":
				if n.Data != style {
					t.Errorf("the style is %q", n.Data)
				}
			case "script":
				if n.Data != script {
					t.Errorf("the script is %q", n.Data)
				}
			default:
				text.WriteString(n.Data)
			}
		case html.CommentNode:
			t.Errorf("a comment: %q", n.Data)
		}
	}
	p.text = text.String()
	return p
}

// TestHostile: a text stays a text. The page has the elements and attributes of one with
// harmless texts, and no character that cannot be seen.
func TestHostile(t *testing.T) {
	for _, text := range hostile {
		t.Run(text[:5], func(t *testing.T) {
			harmless := strings.Map(func(r rune) rune {
				if r == '\n' || diag.EscapeLine(string(r)) != string(r) {
					return r
				}
				return 'x'
			}, text)
			page := fullPage(t, text).HTML()
			got, want := parse(t, page), parse(t, fullPage(t, harmless).HTML())
			if d := diff.Diff("want", []byte(strings.Join(want.elements, "\n")), "got", []byte(strings.Join(got.elements, "\n"))); d != nil {
				t.Errorf("the elements differ:\n%s", d)
			}
			if shown := diag.EscapeLine(text); strings.Count(got.text, shown) < 30 {
				t.Errorf("%q is shown %d times", shown, strings.Count(got.text, shown))
			}
			hidden := func(r rune) bool { return r != '\n' && r != '\t' && !unicode.IsGraphic(r) || r == '\u00ad' }
			if i := strings.IndexFunc(page, hidden); i >= 0 {
				t.Errorf("the page has the character %q", []rune(page[i:])[0])
			}
			for line := range strings.Lines(page) {
				if strings.HasPrefix(strings.TrimSpace(line), "::") || strings.Contains(line, "##[") {
					t.Errorf("an agent of a CI obeys %q", line)
				}
			}
		})
	}
}

// TestSelfContained: the page leads nowhere, and its policy allows its own style and script
// alone.
func TestSelfContained(t *testing.T) {
	page := parse(t, fullPage(t, "https://evil.example/").HTML())
	var policies []string
	ids := map[string]bool{}
	for _, e := range page.elements {
		name, attrs, _ := strings.Cut(e, " ")
		if !strings.Contains(" html head meta title style script body a header h1 h2 h3 h4 p code pre nav ul ol li div label kbd input output main section strong b span mark table caption thead tbody tr th td details summary br ", " "+name+" ") {
			t.Errorf("the page has the element %s", e)
		}
		if strings.Contains(attrs, "evil") || strings.Contains(attrs, "://") || name == "a" && !strings.Contains(attrs, `href="#`) {
			t.Errorf("the page leads away: %s", e)
		}
		for _, attr := range []string{"src=", "style=", " on", "action=", "srcset=", "background=", "ping="} {
			if strings.Contains(" "+attrs, attr) {
				t.Errorf("the page has the attribute %s: %s", attr, e)
			}
		}
		if strings.Contains(e, "Content-Security-Policy") {
			policies = append(policies, e)
		}
		if _, rest, ok := strings.Cut(attrs, `id="`); ok {
			id, _, _ := strings.Cut(rest, `"`)
			if ids[id] {
				t.Errorf("two elements have the id %s", id)
			}
			ids[id] = true
		}
	}
	if len(policies) != 1 || !strings.Contains(policies[0], "default-src 'none'; style-src "+hash(style)+"; script-src "+hash(script)+"; base-uri 'none'; form-action 'none'") {
		t.Errorf("the policies are %q", policies)
	}
	for _, word := range []string{"//", "url(", "@import", "fetch", "XMLHttpRequest", "import(", "innerHTML", "eval", "%"} {
		if strings.Contains(script, word) || word != "%" && strings.Contains(style, word) {
			t.Errorf("the style or the script has %q", word)
		}
	}
	if strings.Contains(page.text, "hunter2") || strings.Contains(script+style, "hunter2") {
		t.Error("the page has a secret")
	}
}

// TestSecret: what a secret is, and how long, makes no difference.
func TestSecret(t *testing.T) {
	var pages []string
	for _, secret := range []string{"a", strings.Repeat("hunter2\n", 1<<20)} {
		p := fullPage(t, "x")
		p.Run.Files[0].Content = content.Sensitive([]byte(secret), []byte("MASKED\n"))
		pages = append(pages, p.HTML())
	}
	if pages[0] != pages[1] || !strings.Contains(pages[0], "<code>MASKED\n") {
		t.Errorf("one secret makes\n%s\nanother\n%s", pages[0], pages[1])
	}
}

// TestCut: what is too much for a page is cut, and the page says so.
func TestCut(t *testing.T) {
	run := &Run{}
	for i := range maxValues + 7 {
		run.Values = append(run.Values, values.Explained{Path: fmt.Sprint("a.", i), Value: "1", Overrode: make([]values.Setting, i%30), ReadBy: make([]string, i%20)})
	}
	run.Values[0].Value = values.Shown(strings.Repeat("7", nameLimit+1))
	for i := range maxFiles + 2 {
		text := "small\n"
		if i < 40 {
			text = strings.Repeat("é", textLimit)
		}
		run.Files = append(run.Files, File{Path: fmt.Sprint("f", i), Content: content.Plain([]byte(text))})
	}
	run.Files[1].Content = content.Plain([]byte("a\x00b"))
	run.Files[2].Content = content.Plain(make([]byte, 5<<20))
	p := &Page{Run: run, Problems: make([]Problem, maxProblems+1)}
	page := parse(t, p.HTML())
	for text, want := range map[string]int{
		"7 more values not shown: see confit explain": 1, "2 more files not shown: see confit render --out -": 1, "1 more problem not shown: see confit validate": 1,
		"cut: these are the first 262144 bytes of 524288 bytes": 8, "not shown: the page has its full size": maxFiles - 10, "not shown: it is no text": 1, "not shown: it is too large": 1,
		"é": totalText / 2, strings.Repeat("7", nameLimit) + "…": 1, "over 9 more values": maxValues / 30,
	} {
		if got := strings.Count(page.text, text); got != want {
			t.Errorf("%q is there %d times, want %d", text, got, want)
		}
	}
}

// TestExcerpt: the mark and the caret are at the place, also in a long line.
func TestExcerpt(t *testing.T) {
	long := strings.Repeat("a", 90) + "X" + strings.Repeat("b", 90)
	for name, c := range map[string]struct {
		source string
		col    int
		want   string
	}{
		"middle":           {"one two", 5, "7 | one <mark>t</mark>wo \n<span class=\"caret\">        ^</span>"},
		"first":            {"one", 1, "7 | <mark>o</mark>ne \n<span class=\"caret\">    ^</span>"},
		"behind the end":   {"one", 9, "7 | one<mark> </mark>\n<span class=\"caret\">       ^</span>"},
		"a tab":            {"\té<", 3, "7 |  é<mark>&lt;</mark> \n<span class=\"caret\">      ^</span>"},
		"no column":        {"one", 0, "7 | one "},
		"a long line":      {long, 91, "7 | …" + strings.Repeat("a", 59) + "<mark>X</mark>" + strings.Repeat("b", 40) + "…\n<span class=\"caret\">" + strings.Repeat(" ", 64) + "^</span>"},
		"a long beginning": {long, 2, "7 | a<mark>a</mark>" + strings.Repeat("a", 88) + "X" + strings.Repeat("b", 9) + "…\n<span class=\"caret\">     ^</span>"},
		"a control":        {"a\x1b", 1, ""},
		"none":             {"", 1, ""},
	} {
		t.Run(name, func(t *testing.T) {
			p := Problem{Finding: report.Finding{Source: c.source}, SourceLine: 7, SourceCol: c.col}
			w := &writer{}
			p.excerpt(w)
			want := c.want
			if want != "" {
				want = "<pre><code>" + want + "</code></pre>\n"
			}
			if w.String() != want {
				t.Errorf("it is\n%s, want\n%s", w, want)
			}
		})
	}
}
