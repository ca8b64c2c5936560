package render

import (
	"fmt"
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
)

// bombs are templates that would take all memory, all time or all stack. Each must end
// with a problem.
var bombs = map[string]string{
	"include of itself":      `{{ define "a" }}{{ include "a" . }}{{ end }}{{ include "a" . }}`,
	"template of itself":     `{{ define "a" }}{{ template "a" . }}{{ end }}{{ template "a" . }}`,
	"two that take turns":    `{{ define "a" }}{{ template "b" . }}{{ end }}{{ define "b" }}{{ include "a" . }}{{ end }}{{ template "a" . }}`,
	"tpl of itself":          `{{ $t := "{{ tpl .t . }}" }}{{ tpl $t (dict "t" $t) }}`,
	"tpl that doubles":       `{{ $t := "{{ tpl .t . }}{{ tpl .t . }}" }}{{ tpl $t (dict "t" $t) }}`,
	"tree of includes":       `{{ define "a" }}{{ if . }}{{ include "a" (rest .) }}{{ include "a" (rest .) }}{{ end }}{{ end }}{{ include "a" (until 60) }}`,
	"tpl makes tpl":          `{{ $d := dict "t" "x" }}{{ range 1000000000 }}{{ $_ := set $d "t" (printf "{{ %q }}" $d.t) }}{{ $_ := tpl $d.t $ }}{{ end }}`,
	"repeat":                 `{{ repeat 1000000000 "abc" }}`,
	"repeat of repeat":       `{{ "a" | repeat 30000 | repeat 30000 | repeat 30000 }}`,
	"repeat below nothing":   `{{ repeat -1 "abc" }}`,
	"until":                  `{{ until 1000000000 }}`,
	"until below nothing":    `{{ until -1000000000 | len }}`,
	"untilStep":              `{{ untilStep 0 2000000000 1 | len }}`,
	"untilStep that wraps":   `{{ untilStep -9223372036854775807 9223372036854775807 3 | len }}`,
	"untilStep to the edge":  `{{ untilStep 9223372036854775800 9223372036854775807 100 | join "," | fail }}`,
	"seq":                    `{{ seq 1000000000 }}`,
	"seq to the edge":        `{{ seq 9223372036854775806 9223372036854775807 }}`,
	"seq of three":           `{{ seq 0 1 100000000000 }}`,
	"indent":                 `{{ indent 1000000000 "a" }}`,
	"indent of many lines":   `{{ repeat 1000000 "\n" | indent 100000 }}`,
	"nindent":                `{{ nindent 2000000000 "a" }}`,
	"print that doubles":     `{{ $s := "abcdefgh" }}{{ range 100 }}{{ $s = print $s $s }}{{ end }}{{ len $s }}`,
	"printf that doubles":    `{{ $s := "abcdefgh" }}{{ range 100 }}{{ $s = printf "%s%[1]s" $s }}{{ end }}{{ len $s }}`,
	"cat that doubles":       `{{ $s := "abcdefgh" }}{{ range 100 }}{{ $s = cat $s $s }}{{ end }}{{ len $s }}`,
	"replace that squares":   `{{ $s := "aaaa" }}{{ range 100 }}{{ $s = replace "a" $s $s }}{{ end }}{{ len $s }}`,
	"join that doubles":      `{{ $s := "abcdefgh" }}{{ range 100 }}{{ $s = join $s (list "" "" "") }}{{ end }}{{ len $s }}`,
	"join of one text":       `{{ $s := repeat 1000000 "a" }}{{ $l := list $s }}{{ range 19 }}{{ $l = concat $l $l }}{{ end }}{{ join "," $l | len }}`,
	"quote that doubles":     `{{ $s := "\"" }}{{ range 100 }}{{ $s = quote $s }}{{ end }}{{ len $s }}`,
	"quote of many":          `{{ $s := repeat 10000000 "a" }}{{ quote $s $s $s $s $s $s $s $s | len }}`,
	"b64enc again and again": `{{ $s := "abc" }}{{ range 1000 }}{{ $s = b64enc $s }}{{ end }}{{ len $s }}`,
	"toJson that escapes":    `{{ $s := "<" }}{{ range 1000 }}{{ $s = toJson $s }}{{ end }}{{ len $s }}`,
	"texts kept":             `{{ $l := list }}{{ range 1000000 }}{{ $l = append $l (repeat 1000 "abc") }}{{ end }}{{ len $l }}`,
	"regexp of regexps":      `{{ regexMatch "((((a{100}){100}){100}){100})" "aaa" }}`,
	"regexp at length":       `{{ regexMatch "(x+x+)+y{900}(a|b|c){300}" (repeat 30000000 "x") }}`,
	"regexp split to bits":   `{{ regexSplit "" (repeat 30000000 "x") -1 | len }}`,
	"regexp finds nothing":   `{{ regexFindAll "" (repeat 30000000 "x") -1 | len }}`,
	"regexp replaces":        `{{ regexReplaceAll "x" (repeat 1000000 "x") (repeat 1000000 "y") | len }}`,
	"regexp replaces groups": `{{ regexReplaceAll "(x+)" (repeat 1000000 "x") (repeat 100 "$1") | len }}`,
	"range over a number":    `{{ range 9223372036854775807 }}{{ end }}`,
	"range within range":     `{{ range 1000000 }}{{ range 1000000 }}{{ range 1000000 }}{{ end }}{{ end }}{{ end }}`,
	"range that prints":      `{{ range 9223372036854775807 }}0123456789012345678901234567890123456789{{ end }}`,
	"range that continues":   `{{ range 9223372036854775807 }}{{ continue }}{{ end }}`,
	"includes that print":    `{{ define "a" }}{{ range 30000000 }}0123456789{{ end }}{{ if . }}{{ include "a" (rest .) }}{{ end }}{{ end }}{{ include "a" (until 60) }}`,
	"a dict in itself":       `{{ $d := dict }}{{ $_ := set $d "d" $d }}{{ toYaml $d }}`,
	"a cycle as JSON":        `{{ $d := dict }}{{ $_ := set $d "d" (list $d) }}{{ toJson $d }}`,
	"a cycle copied":         `{{ $d := dict }}{{ $_ := set $d "d" $d }}{{ deepCopy $d | len }}`,
	"a cycle merged":         `{{ $d := dict }}{{ $_ := set $d "d" $d }}{{ $e := dict }}{{ $_ := set $e "d" $e }}{{ merge $d $e | len }}`,
	"a cycle compared":       `{{ $d := dict }}{{ $_ := set $d "d" $d }}{{ $e := dict }}{{ $_ := set $e "d" $e }}{{ deepEqual $d $e }}`,
	"a cycle joined":         `{{ $d := dict }}{{ $_ := set $d "d" $d }}{{ join "," (list $d) }}`,
	"a cycle walked":         `{{ define "w" }}{{ range $k, $v := . }}{{ include "w" $v }}{{ end }}{{ end }}{{ $d := dict }}{{ $_ := set $d "d" $d }}{{ include "w" $d }}`,
	"a deep dict":            `{{ $d := dict }}{{ range 1000000 }}{{ $d = dict "d" $d }}{{ end }}{{ toJson $d }}`,
	"a deep list":            `{{ $d := list }}{{ range 1000000 }}{{ $d = list $d }}{{ end }}{{ toYaml $d }}`,
	"lists of lists":         `{{ $l := list "a" }}{{ range 60 }}{{ $l = list $l $l }}{{ end }}{{ toJson $l }}`,
	"dicts of dicts":         `{{ $l := dict }}{{ range 60 }}{{ $l = dict "a" $l "b" $l }}{{ end }}{{ toJson $l }}`,
	"lists of lists equal":   `{{ $l := list "a" }}{{ $m := list "a" }}{{ range 60 }}{{ $l = list $l $l }}{{ $m = list $m $m }}{{ end }}{{ deepEqual $l $m }}`,
	"lists of lists copied":  `{{ $l := list "a" }}{{ range 60 }}{{ $l = list $l $l }}{{ end }}{{ deepCopy $l | len }}`,
	"a list that doubles":    `{{ $l := list 1 }}{{ range 100 }}{{ $l = concat $l $l }}{{ end }}{{ len $l }}`,
	"a list that grows":      `{{ $l := list 1 }}{{ range 100000000 }}{{ $l = append $l 1 }}{{ end }}{{ len $l }}`,
	"uniq of many":           `{{ $l := until 1000000 | uniq }}{{ len $l }}`,
	"a dict that grows":      `{{ $d := dict }}{{ range $i := 1000000000 }}{{ $_ := set $d (toString $i) $i }}{{ end }}{{ len $d }}`,
	"merge with itself":      `{{ $d := dict }}{{ range $i := 1000 }}{{ $_ := set $d (toString $i) (dict "a" $d) }}{{ end }}{{ merge $d $d | toJson }}`,
	"width":                  `{{ printf "%1000000000d" 1 }}`,
	"many widths":            `{{ printf (repeat 10000 "%[1]1000000d") 1 }}`,
	"width as value":         `{{ printf "%*d" 1000000000 1 }}`,
	"precision":              `{{ printf "%.1000000000f" 1.0 }}`,
	"wrapWith":               `{{ wrapWith 1 (repeat 1000000 "x") (repeat 1000000 "y") | len }}`,
	"splitList to bits":      `{{ splitList "" (repeat 30000000 "x") | len }}`,
	"split to bits":          `{{ split "" (repeat 30000000 "x") | len }}`,
	"splitn to bits":         `{{ splitn "" 20000000 (repeat 30000000 "x") | len }}`,
	"substr out of range":    `{{ substr 9 -1 "abc" }}`,
	"slice out of range":     `{{ slice (list 1 2) 1 9223372036854775807 }}`,
	"slice backwards":        `{{ slice (list 1 2) 2 1 }}`,
	"chunk of nothing":       `{{ chunk 0 (list 1 2) }}`,
	"division by zero":       `{{ div 1 0 }}`,
	"remainder of zero":      `{{ mod 1 0 }}`,
	"divf by zero":           `{{ divf 1.0 0.0 }}`,
	"division that wraps":    `{{ div (sub -9223372036854775807 1) -1 }}`,
	"sum that wraps":         `{{ add 9223372036854775807 1 }}`,
	"product that wraps":     `{{ mul 9223372036854775807 2 }}`,
	"rounding too far":       `{{ round 1.5 400 }}`,
	"a power of floats":      `{{ $f := 1e300 }}{{ $f = mulf $f $f }}{{ $f }}`,
	"aliases of aliases":     `{{ fromYaml "a: &a [x,x,x,x,x,x,x,x,x]\nb: &b [*a,*a,*a,*a,*a,*a,*a,*a,*a]\nc: &c [*b,*b,*b,*b,*b,*b,*b,*b,*b]\nd: &d [*c,*c,*c,*c,*c,*c,*c,*c,*c]\ne: &e [*d,*d,*d,*d,*d,*d,*d,*d,*d]\nf: &f [*e,*e,*e,*e,*e,*e,*e,*e,*e]\ng: [*f,*f,*f,*f,*f,*f,*f,*f,*f]" | toJson }}`,
	"deep YAML":              `{{ fromYaml (print "a: " (repeat 100000 "[")) }}`,
	"deep JSON":              `{{ fromJson (repeat 100000 "[") }}`,
	"YAML in a range":        `{{ range 1000000000 }}{{ $_ := fromYaml (repeat 10000 "a\n") }}{{ end }}`,
	"passwords in a range":   `{{ range $i := 1000000000 }}{{ $_ := derivePassword 1 "long" (toString $i) "u" "s" }}{{ end }}`,
	"nested if":              strings.Repeat("{{if 1}}", 100000) + strings.Repeat("{{end}}", 100000),
	"nested if, open":        strings.Repeat("{{if 1}}", 100000),
	"nested range":           strings.Repeat("{{range .}}", 90000),
	"nested with, trimmed":   strings.Repeat("{{- \n with 1 -}}", 60000),
	"nested define":          strings.Repeat("{{define \"a\"}}", 60000),
	"nested block":           strings.Repeat("{{block \"a\" .}}", 60000),
	"else if without end":    "{{if 1}}" + strings.Repeat("{{else if 1}}", 70000) + "{{end}}",
	"else with without end":  "{{with 1}}" + strings.Repeat("{{else with 1}}", 60000) + "{{end}}",
	"hidden ends":            strings.Repeat("{{if \"{{end}}\"}}{{/* {{end}} */}}{{if `{{end}}`}}", 10000),
	"nested parentheses":     "{{" + strings.Repeat("(", 500000) + "1" + strings.Repeat(")", 500000) + "}}",
	"nested parentheses, ok": "{{" + strings.Repeat("(", 5000) + "1" + strings.Repeat(")", 5000) + "}}",
	"nested not":             "{{" + strings.Repeat("not (", 100000) + "1" + strings.Repeat(")", 100000) + "}}",
	"tpl of nested if":       `{{ tpl (repeat 100000 "{{if 1}}") . }}`,
	"tpl of large text":      `{{ tpl (repeat 10000000 "a") . }}`,
	"large template":         strings.Repeat("a", 1<<20+1),
}

// TestBombs bounds what any template can do: it ends soon, within bounds, with a
// problem, and never takes the process down.
func TestBombs(t *testing.T) {
	for name, text := range bombs {
		t.Run(name, func(t *testing.T) {
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			start := time.Now()
			err := within(t, text, 150*time.Millisecond)
			took := time.Since(start)
			runtime.ReadMemStats(&after)
			if err == nil {
				t.Fatal("no problem")
			}
			for _, p := range diag.Problems(err, diag.CauseUnknown) {
				if p.Cause != diag.CauseLimit && p.Cause != diag.CauseData {
					t.Errorf("cause %v: %v", p.Cause, p.Err)
				}
			}
			if made := (after.TotalAlloc - before.TotalAlloc) >> 20; made > 3000 {
				t.Errorf("allocated %d MiB in all: %v", made, err)
			}
			if kept := int64(after.Sys-before.Sys) >> 20; kept > 1500 {
				t.Errorf("grew by %d MiB: %v", kept, err)
			}
			t.Logf("%v %d MiB: %v", took.Round(time.Millisecond), (after.TotalAlloc-before.TotalAlloc)>>20, first(fmt.Sprint(err), 150))
		})
	}
}

func first(s string, n int) string { return s[:min(n, len(s))] }

func within(t *testing.T, text string, limit time.Duration) error {
	t.Helper()
	found := content.Found{Files: []*content.File{{Path: "app.conf.tmpl", From: "app.conf.tmpl", Data: []byte(text)}}, Single: true}
	entry := Entry{Template: "app.conf.tmpl", To: "app.conf", Places: specfile.Places{Fields: map[string]specfile.Field{"template": {}}}}
	_, err := Render([]Entry{entry}, Input{
		Values: rendertest.ValuesOf(t, rendertest.NodeOf(map[string]any{"a": int64(1)}, &tree.Origin{File: "v"})),
		Files:  template.NewFiles(nil), Found: map[string]content.Found{"app.conf.tmpl": found}, Deadline: time.Now().Add(limit),
	})
	return err
}

// TestBudget: each MiB of small texts, of outputs and of values is charged. Memory is reserved before the
// output buffer grows, and for the result of a function with a large argument.
func TestBudget(t *testing.T) {
	for name, c := range map[string]struct {
		field             string
		entry             Entry
		reserved, charged int // MiB at least
	}{
		"an argument": {"inline", Entry{Inline: `{{ repeat 1048576 "x" | upper | len }}`, To: "x"}, 6, 1},
		"small texts": {"inline", Entry{Inline: `{{ range 3000 }}{{ $_ := repeat 1024 "x" }}{{ end }}`, To: "x"}, 0, 2},
		"an output":   {"inline", Entry{Inline: `{{ range 3000 }}` + strings.Repeat("x", 1024) + `{{ end }}`, To: "x"}, 2, 2},
		"values":      {"values", Entry{Values: ".", To: "x.json"}, 0, 2},
	} {
		t.Run(name, func(t *testing.T) {
			reserved, charged := 0, 0
			c.entry.Places = specfile.Places{Fields: map[string]specfile.Field{c.field: {}}}
			budget := &diag.Budget{OnReserve: func(n int) { reserved = max(reserved, n>>20) }, OnCharge: func(n int) { charged += n >> 20 }}
			values := rendertest.ValuesOf(t, rendertest.NodeOf(map[string]any{"a": strings.Repeat("x", 3<<20)}, &tree.Origin{File: "v"}))
			if _, err := Render([]Entry{c.entry}, Input{Values: values, Files: template.NewFiles(nil), Budget: budget}); err != nil {
				t.Fatal(err)
			}
			if reserved < c.reserved || charged < c.charged {
				t.Errorf("%d MiB are reserved at once and %d MiB charged, want %d and %d", reserved, charged, c.reserved, c.charged)
			}
		})
	}
}
