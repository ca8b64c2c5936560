package integration

import (
	"fmt"
	"strings"
)

// A bomb is what would take all memory, time or stack. What is not given is harmless.
type bomb struct {
	template string
	files    func() map[string]string // besides confit.yaml and app.conf.tmpl
	render   string                   // in place of the template
	source   string                   // in place of values.yaml
	args     []string
	env      []string
	says     string // in the error, where one alone is right
	ends     string // the error, where it is not that nothing was written
}

func values(text func() string) func() map[string]string {
	return func() map[string]string { return map[string]string{"values.yaml": text()} }
}

func repeated(before, text string, n int, after string) func() string {
	return func() string { return before + strings.Repeat(text, n) + after }
}

// numbered repeats a line with a number in it.
func numbered(line string, n int) func() string {
	return func() string {
		var b strings.Builder
		for i := range n {
			fmt.Fprintf(&b, line, i)
		}
		return b.String()
	}
}

// source is a bomb in a file of values.
func source(name string, text func() string) bomb {
	return bomb{source: name, template: "x", files: func() map[string]string { return map[string]string{name: text()} }}
}

// state is a bomb in the state of an earlier run, which somebody else has written.
func state(name string, text func() string) bomb {
	return bomb{
		template: "x", says: "out/.confit-default/" + name + ": to read it would take more memory", ends: "`overwrite: true` once\n",
		files: func() map[string]string { return map[string]string{"out/.confit-default/" + name: text()} },
	}
}

func list(n int) func() string {
	return func() string {
		var b strings.Builder
		b.WriteString("l:\n")
		for i := range n {
			fmt.Fprintf(&b, "- %d\n", i)
		}
		return b.String()
	}
}

// aliases are ten levels of nine aliases each, and enough text to be large.
func aliases() string {
	var b strings.Builder
	b.WriteString("# " + strings.Repeat("x", 10<<20) + "\na0: &a0 [x, x, x, x, x, x, x, x, x]\n")
	for i := range 10 {
		fmt.Fprintf(&b, "a%d: &a%d [%s*a%d]\n", i+1, i+1, strings.Repeat(fmt.Sprintf("*a%d, ", i), 8), i)
	}
	return b.String()
}

func variables() string {
	var b strings.Builder
	for i := range 1_000_000 {
		fmt.Fprintf(&b, "{{$v%d := 1}}", i)
	}
	return b.String()
}

func environment() []string {
	var all []string
	for i := range 12 {
		all = append(all, fmt.Sprintf("APP_V%d=%s", i, strings.Repeat("x", 100_000)))
	}
	return all
}

func folder(n, size int) func() map[string]string {
	return func() map[string]string {
		files := map[string]string{}
		for i := range n {
			files[fmt.Sprintf("many/%d.txt", i)] = strings.Repeat("x", size)
		}
		return files
	}
}

func template(text func() string) func() map[string]string {
	return func() map[string]string { return map[string]string{"app.conf.tmpl": text()} }
}

const big = `{{ range 1000000 }}0123456789012345678901234567890123456789{{ end }}`

var bombs = map[string]bomb{
	"include of itself":       {template: `{{ define "a" }}{{ include "a" . }}{{ end }}{{ include "a" . }}`, says: "64 deep"},
	"template of itself":      {template: `{{ define "a" }}{{ template "a" . }}{{ end }}{{ template "a" . }}`, says: "64 deep"},
	"deeper than the stack":   {template: `{{ define "a" }}{{ if . }}{{ with . }}{{ range 1 }}{{ template "a" $ }}{{ end }}{{ end }}{{ end }}{{ end }}{{ template "a" 1 }}`, args: []string{"--limit", "depth=2147483647"}},
	"tree of includes":        {template: `{{ define "a" }}{{ if . }}{{ include "a" (rest .) }}{{ include "a" (rest .) }}{{ end }}{{ end }}{{ include "a" (until 60) }}`, says: "time limit"},
	"tpl of itself":           {template: `{{ $t := "{{ tpl .t . }}" }}{{ tpl $t (dict "t" $t) }}`, says: "64 deep"},
	"tpl that doubles":        {template: `{{ $t := "{{ tpl .t . }}{{ tpl .t . }}" }}{{ tpl $t (dict "t" $t) }}`},
	"include that grows":      {template: `{{ define "a" }}{{ range 300000 }}0123456789{{ end }}{{ if . }}{{ include "a" (rest .) }}{{ end }}{{ end }}{{ include "a" (until 60) }}`},
	"repeat":                  {template: `{{ repeat 1000000000 "abc" }}`},
	"repeat of repeat":        {template: `{{ "a" | repeat 30000 | repeat 30000 }}`},
	"until":                   {template: `{{ until 1000000000 }}`},
	"seq":                     {template: `{{ seq 1000000000 }}`},
	"indent":                  {template: `{{ repeat 1000000 "\n" | indent 100000 }}`},
	"text that doubles":       {template: `{{ $s := "abcdefgh" }}{{ range 100 }}{{ $s = print $s $s }}{{ end }}{{ len $s }}`},
	"texts kept":              {template: `{{ $l := list }}{{ range 1000000 }}{{ $l = append $l (repeat 30000 "abcdefgh") }}{{ end }}`},
	"join that grows":         {template: `{{ $s := "abcdefgh" }}{{ range 100 }}{{ $s = join $s (list "" "" "") }}{{ end }}{{ len $s }}`},
	"replace that squares":    {template: `{{ $s := "aaaa" }}{{ range 100 }}{{ $s = replace "a" $s $s }}{{ end }}{{ len $s }}`},
	"list that doubles":       {template: `{{ $l := list 1 }}{{ range 100 }}{{ $l = concat $l $l }}{{ end }}{{ len $l }}`},
	"lists kept":              {template: `{{ $d := dict }}{{ range $i := 1000000 }}{{ $_ := set $d (toString $i) (until 100000) }}{{ end }}`},
	"dict that grows":         {template: `{{ $d := dict }}{{ range $i := 1000000000 }}{{ $_ := set $d (toString $i) $i }}{{ end }}`},
	"dict in itself":          {template: `{{ $d := dict }}{{ $_ := set $d "d" $d }}{{ toYaml $d }}`},
	"lists of lists":          {template: `{{ $l := list "a" }}{{ range 60 }}{{ $l = list $l $l }}{{ end }}{{ toJson $l }}`},
	"regexp of regexps":       {template: `{{ regexMatch "((((a{100}){100}){100}){100})" "aaa" }}`},
	"regexp at length":        {template: `{{ regexMatch "(x+x+)+y{900}(a|b|c){300}" (repeat 10000000 "x") }}`},
	"regexp to bits":          {template: `{{ regexSplit "" (repeat 30000000 "x") -1 | len }}`},
	"printf width":            {template: `{{ printf "%1000000000d" 1 }}`},
	"endless range":           {template: `{{ range 9223372036854775807 }}{{ end }}`, says: "time limit"},
	"range that prints":       {template: `{{ range 9223372036854775807 }}0123456789{{ end }}`},
	"toYaml of much":          {template: `{{ range 100 }}{{ toYaml $.Values }}{{ end }}`, files: values(list(200_000))},
	"nested if":               {files: template(repeated("", "{{if 1}}", 50_000, strings.Repeat("{{end}}", 50_000))), says: "nested"},
	"nested parentheses":      {files: template(repeated("{{", "(", 400_000, "1"+strings.Repeat(")", 400_000)+"}}")), says: "nested"},
	"long pipeline":           {files: template(repeated(`{{ "abcdefgh"`, ` | printf "%[1]s%[1]s"`, 60, "}}"))},
	"million variables":       {files: template(variables), says: "larger than 1 MiB"},
	"million variables, read": {files: template(variables), args: []string{"--limit", "template=64MiB"}},
	"large template":          {files: template(repeated("", "a", 1<<20+1, "")), says: "larger than 1 MiB"},
	"alias bomb":              {files: values(aliases), args: []string{"--timeout", "20s"}},
	"deep YAML":               {files: values(repeated("a: ", "[", 1_000_000, ""))},
	"wide YAML":               {files: values(repeated("a:\n", "- 1\n", 12<<20, "")), says: "values.yaml"},
	"TOML of inline tables":   source("v.toml", repeated("a = [", "{a=1},", 2<<20/6, "{a=1}]")),
	"TOML of an array":        source("v.toml", repeated("a = [", "1,", 4<<20, "1]")),
	"TOML of tables":          source("v.toml", repeated("", "[[a]]\n", 60<<20/6, "")),
	"TOML of dots":            source("v.toml", repeated("", "a.", 30<<20, "a = 1\n")),
	"ini of many keys":        source("v.ini", numbered("k%d=1\n", 4<<20)),
	"ini of many sections":    source("v.ini", numbered("[k%d]\n", 3<<20)),
	"env of many variables":   source("v.env", numbered("k%d=1\n", 3<<20)),
	"properties of keys":      source("v.properties", numbered("k%d=1\n", 3<<20)),
	"properties of dots":      source("v.properties", repeated("", "a.", 30<<20, "")),
	"properties of paths":     source("v.properties", numbered("%d."+strings.Repeat("a.", 90)+"a=1\n", 3<<16)),
	"JSON of empty lists":     source("v.json", repeated("[", "[],", 10<<20, "[]]")),
	"JSON of empty texts":     source("v.json", repeated(`{"a": [`, `"",`, 12<<20, `""]}`)),
	"YAML in flow style":      source("v.yaml", repeated("a: [", "{},", 8<<20, "{}]")),
	"YAML of comments":        source("v.yaml", repeated("", "#\n", 20<<20, "a: 1\n")),
	"manifest of outputs":     state("manifest.json", repeated(`{"version": 1, "outputs": [`, "{},", 12<<20, "{}]}")),
	"manifest of folders":     state("manifest.json", repeated(`{"version": 1, "dirs": [`, `"",`, 12<<20, `""]}`)),
	"manifest of a path":      state("manifest.json", repeated(`{"version": 1, "dirs": ["`, "a/", 30<<20, `a"]}`)),
	"journal of steps":        state("journal.json", repeated(`{"version": 1, "ops": [`, "{},", 12<<20, "{}]}")),
	"toJson of escapes":       {template: "{{ toJson .Values.x }}", files: values(repeated("x: \"", "<", 10<<20, "\""))},
	"toPrettyJson of escapes": {template: "{{ toPrettyJson .Values }}", files: values(repeated("x: \"", "<", 8<<20, "\""))},
	"toJson of controls":      {template: "{{ toJson (repeat 8000000 (printf `%c` 1)) }}"},
	"toJson of many texts":    {template: "{{ $s := repeat 900000 `<` }}{{ toJson (list $s $s $s $s $s $s $s $s $s $s) }}"},
	"toYaml of escapes":       {template: "{{ toYaml (repeat 8000000 (printf `%c` 1)) }}"},
	"toToml of escapes":       {template: "{{ toToml (dict `a` (repeat 8000000 (printf `%c` 1))) }}"},
	"quote of controls":       {template: "{{ quote (repeat 14000000 (printf `%c` 1)) }}"},
	"output of much JSON":     {template: "[{{ repeat 10000000 `1,` }}1]", render: "{template: app.conf.tmpl, to: a.json}"},
	"output of much TOML":     {template: "a = [{{ repeat 8000000 `1,` }}1]", render: "{template: app.conf.tmpl, to: a.toml}"},
	"output of much YAML":     {template: "a: [{{ repeat 8000000 `1,` }}1]", render: "{template: app.conf.tmpl, to: a.yaml}"},
	"output of deep XML":      {template: "{{ repeat 5000000 `<a>` }}", render: "{template: app.conf.tmpl, to: a.xml}"},
	"output of much ini":      {template: "{{ range $i := 3000000 }}k{{ $i }}=1\n{{ end }}", render: "{template: app.conf.tmpl, to: a.ini, check: {format: ini}}"},
	"huge environment":        {template: `{{ range 100 }}{{ toYaml $.Values }}{{ end }}`, env: environment()},
	"huge file":               {files: values(repeated("a: ", "x", 64<<20, "")), says: "larger than 64 MiB"},
	"outputs without end":     {template: big, render: `{template: app.conf.tmpl, each: l, to: "{{ .Key }}"}`, files: values(list(10_000)), args: []string{"--timeout", "20s"}, says: "memory"},
	"values without end":      {render: `{values: ., each: l, to: "{{ .Key }}.yaml"}`, files: values(list(10_000))},
	"envsubst without end": {render: "{envsubst: many/0.txt, to: x}", files: func() map[string]string {
		return map[string]string{"many/0.txt": strings.Repeat("${A}", 1_000_000), "values.yaml": "a: " + strings.Repeat("x", 1<<20)}
	}},
	"copies without end": {render: "{copy: many, to: x}", files: folder(100, 2<<20), args: []string{"--timeout", "20s"}, says: "memory"},
	"too many files":     {render: "{copy: many, to: x}", files: folder(30, 1), args: []string{"--limit", "files=20"}, says: "more than 20 files"},
	"too much in all":    {render: "{copy: many, to: x}", files: folder(30, 1000), args: []string{"--limit", "total=20KiB"}, says: "larger than 20 KiB in all"},
}
