package syntax

import (
	"math/rand/v2"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"text/template"
	"unicode/utf8"
)

var tokens = strings.Split("{{~}}~{{-~-}}~/*~*/~if~end~else~range~define~\"x\"~`~'~\"~.Values.a-b~.a[0]~[~]~-~$x~$~:=~=~==~,~(~)~|~||~ ~\n~é~\xff~os.Getenv~f~10m~.~nil~\\~{~}", "~")

var place = regexp.MustCompile(`(?s)^template: t:(\d+): (.*)$`)

// TestExplain: of any text that the parser refuses, the place of the mistake lies in the text.
func TestExplain(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	refused := 0
	for range 100_000 {
		var b strings.Builder
		for range 1 + r.IntN(12) {
			b.WriteString(tokens[r.IntN(len(tokens))])
		}
		explain(t, b.String(), &refused)
	}
	if refused < 10_000 {
		t.Errorf("only %d texts were refused", refused)
	}
}

func FuzzExplain(f *testing.F) {
	f.Add("{{ .Values.a-b[0] }}")
	f.Add("{{ os.Getenv `X` }}\n{{ if }}")
	f.Fuzz(func(t *testing.T, text string) { explain(t, text, new(int)) })
}

func explain(t *testing.T, text string, refused *int) {
	t.Helper()
	_, err := template.New("t").Parse(text)
	if err == nil {
		return
	}
	m := place.FindStringSubmatch(err.Error())
	if m == nil {
		return
	}
	*refused++
	line, _ := strconv.Atoi(m[1])
	got := Explain(text, "{{", "}}", line, m[2])
	if got.Offset < 0 || got.Offset > len(text) || got.Text == "" || !utf8.ValidString(got.Text+got.Hint) && utf8.ValidString(text) {
		t.Errorf("%q: %v: %+v", text, err, got)
	}
}
