package render

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"runtime"
	"strings"
	"testing"
	"time"

	"confit/render/content"
	"confit/render/diag"
	"confit/render/rendertest"
	"confit/render/specfile"
	"confit/render/template"
	"confit/render/tree"
	"confit/render/values"
)

// inline renders one template over values, as a run would.
func inline(v *values.Values, text string) ([]content.Output, error) {
	entry := Entry{Inline: text, To: "app.conf", Places: specfile.Places{Fields: map[string]specfile.Field{"inline": {Pos: diag.Pos{File: "confit.yaml"}}}}}
	r, err := Render([]Entry{entry}, Input{Values: v, Files: template.NewFiles(nil), Deadline: time.Now().Add(200 * time.Millisecond)})
	if r == nil {
		return nil, err
	}
	return r.Outputs, err
}

// withSecrets sets some leaves of random values by a sensitive source. Two sets differ
// in nothing but the values of these.
func withSecrets(t testing.TB, seed uint64, words []string, number int64) *values.Values {
	r := rand.New(rand.NewPCG(seed, 3))
	base := rendertest.NodeOf(rendertest.RandomValues(r), &tree.Origin{File: "v"})
	secret := map[string]any{
		"name": words[0], "text": words[1], "n": number, "f": float64(number) + .5,
		"db":    map[string]any{"host": words[2], "deep": map[string]any{"k": number}},
		"hosts": []any{"plain", words[3]}, "labels": map[string]any{"a": words[4]},
	}
	return rendertest.ValuesOf(t, base, rendertest.NodeOf(secret, &tree.Origin{File: "s", Sensitive: true}))
}

var (
	secretsA = []string{"hunter2aaa", "[kilowatt", "{{ .Values.zanzibar }}", "a: *quicksilver", "10.11.12.13"}
	secretsB = []string{"x", "{\"m\": 1}", "{{ fail \"mulberry\" }}", "dGVzdA==", "/etc/passwd%d"}
)

// TestMaskedIsSame: what is shown is the same for any two values of a secret.
func TestMaskedIsSame(t *testing.T) {
	compared := 0
	for seed := range rendertest.Rounds(2500) {
		text := rendertest.NewGen(seed).Template()
		if seed%3 == 0 {
			text += "{{ tpl .Values.db.host . }}{{ fromYaml .Values.text | toJson }}{{ .Values.name | regexFind .Values.text }}"
		}
		a, errA := inline(withSecrets(t, seed, secretsA, 4815162342), text)
		b, errB := inline(withSecrets(t, seed, secretsB, 7), text)
		noSecret(t, text, errA)
		noSecret(t, text, errB)
		switch {
		case errA == nil && errB == nil:
			compared++
			if got, want := a[0].Content, b[0].Content; got.IsSensitive() != want.IsSensitive() || !bytes.Equal(got.Masked(), want.Masked()) {
				t.Errorf("seed %d: two secrets show\n%s\n%s\n%s", seed, got.Masked(), want.Masked(), text)
			}
			noWord(t, text, string(a[0].Content.Masked()))
		case errA != nil && errB != nil && samePlaces(errA, errB):
			compared++
			if got, want := told(errA), told(errB); got != want {
				t.Errorf("seed %d: two secrets say\n%s\n%s\n%s", seed, got, want, text)
			}
		}
		if t.Failed() {
			return
		}
	}
	if compared < int(rendertest.Rounds(2500))/2 {
		t.Errorf("only %d templates were compared", compared)
	}
}

// TestSecretTemplate: an error in a template that is itself a secret shows nothing of it.
func TestSecretTemplate(t *testing.T) {
	for _, text := range []string{
		"{{ hunter2 }}", "{{ .Values.hunter2 }}", "{{ .Values.a.hunter2 }}", "{{ $hunter2 }}", "{{ \"hunter2\" 1 }}", "{{ hunter2", `{{ include "hunter2" . }}`,
		`{{ fail "hunter2" }}`, `{{ template "hunter2" }}`, `{{ index .Values "hunter2" | upper }}`, `{{ printf "%d" "hunter2" }}`, `{{ required "hunter2" "" }}`, `{{ tpl "{{ .hunter2 }}" . }}`,
	} {
		found := content.Found{Files: []*content.File{{Path: "a.tmpl", From: "a.tmpl", Data: []byte(text), Sensitive: true}}, Single: true}
		entry := Entry{Template: "a.tmpl", To: "a", Places: specfile.Places{Fields: map[string]specfile.Field{"template": {}}}}
		_, err := Render([]Entry{entry}, Input{
			Values: rendertest.ValuesOf(t, rendertest.NodeOf(map[string]any{"a": int64(1)}, &tree.Origin{File: "v"})), Files: template.NewFiles(nil),
			Found: map[string]content.Found{"a.tmpl": found},
		})
		if err == nil {
			t.Errorf("%s: no error", text)
		}
		noSecret(t, text, err)
	}
}

func samePlaces(a, b error) bool {
	p, q := diag.Problems(a, diag.CauseData), diag.Problems(b, diag.CauseData)
	if len(p) != len(q) {
		return false
	}
	for i := range p {
		if p[i].Pos != q[i].Pos || p[i].Code != q[i].Code || p[i].Cause == diag.CauseLimit {
			return false
		}
	}
	return true
}

// told is all that a user sees of an error.
func told(err error) string {
	var b strings.Builder
	for _, p := range diag.Problems(err, diag.CauseData) {
		fmt.Fprintln(&b, p.Error(), p.Source, p.Notes, p.Hint)
	}
	return b.String()
}

func noSecret(t *testing.T, text string, err error) {
	t.Helper()
	for _, p := range diag.Problems(err, diag.CauseData) {
		if p.Cause == diag.CauseUnknown {
			t.Fatalf("a bug: %v\n%s", p.Err, text)
		}
	}
	noWord(t, text, told(err))
}

// noWord fails where a secret, or a good part of it, is in a text.
func noWord(t *testing.T, text, shown string) {
	t.Helper()
	shown = strings.ToLower(shown)
	for _, word := range []string{"unter2", "kilow", "zanzi", "quicksi", "11.12", "mulber", "dgvzd", "passwd", "48151"} {
		if strings.Contains(shown, word) {
			t.Errorf("%q is shown in\n%s\n%s", word, shown, text)
		}
	}
}

// TestSameBytes: many templates at once give the same bytes, on one core and on four.
func TestSameBytes(t *testing.T) {
	v := withSecrets(t, 1, secretsA, 5)
	var entries []Entry
	for seed := uint64(0); len(entries) < 200; seed++ {
		text := rendertest.NewGen(seed).Template()
		if _, err := inline(v, text); err == nil {
			entries = append(entries, Entry{Inline: text, To: fmt.Sprint(seed), Places: specfile.Places{Fields: map[string]specfile.Field{"inline": {Pos: diag.Pos{File: "confit.yaml"}}}}})
		}
	}
	render := func(procs int) string {
		defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(procs))
		r, err := Render(entries, Input{Values: v, Files: template.NewFiles(nil)})
		if err != nil {
			t.Fatal(err)
		}
		var b strings.Builder
		for _, o := range r.Outputs {
			fmt.Fprintf(&b, "%s %v %q %q\n", o.Path, o.Mode, realBytes(o), o.Content.Masked())
		}
		return b.String()
	}
	want := render(1)
	for i := range 6 {
		if got := render([]int{4, 1, 2}[i%3]); got != want {
			t.Fatalf("run %d differs", i)
		}
	}
}

// TestBrokenTemplates: whatever a template says, it ends with an output or a problem.
func TestBrokenTemplates(t *testing.T) {
	v := withSecrets(t, 1, secretsA, 5)
	r := rand.New(rand.NewPCG(1, 2))
	for seed := range rendertest.Rounds(6000) {
		text := []byte(rendertest.NewGen(seed).Template())
		for range 1 + r.IntN(3) {
			i := r.IntN(len(text))
			switch r.IntN(3) {
			case 0:
				text = append(text[:i:i], text[min(len(text), i+1+r.IntN(4)):]...)
			case 1:
				j := min(len(text), i+r.IntN(12))
				text = append(text[:j:j], text[i:]...)
			case 2:
				text[i] = "{}()|.$\"`-:= \n09az\xff"[r.IntN(19)]
			}
			if len(text) == 0 {
				break
			}
		}
		_, err := inline(v, string(text)+" ")
		noSecret(t, string(text), err)
	}
}

// FuzzTemplate looks for a template that takes the process down.
func FuzzTemplate(f *testing.F) {
	for seed := range uint64(30) {
		f.Add(rendertest.NewGen(seed).Template())
	}
	v := withSecrets(f, 1, secretsA, 5)
	f.Fuzz(func(t *testing.T, text string) {
		_, err := inline(v, text)
		noSecret(t, text, err)
	})
}
