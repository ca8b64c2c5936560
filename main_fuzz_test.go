package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"confit/sinks/console"
)

// A secretSpec publishes what a template makes of secrets, and secrets as they are.
const secretSpec = `version: 1
sources:
  - file: values.yaml
  - {secret: secret, at: db}
  - {file: pin.yaml, sensitive: true}
  - env: APP_
  - {dir: files, read: [], sensitive: [key]}
render:
  - {template: app.tmpl, to: app.conf, check: none}
  - {values: ., to: all.yaml}
  - {inline: "{{ .Key }}", each: hosts, when: db.password, to: "hosts/{{ .Item }}"}
  - {copy: secret/password, to: copied}
sinks: [{dir: out}]
`

// A checkedSpec parses what a template makes of secrets: names and tags among it.
const checkedSpec = `version: 1
sources:
  - {secret: secret, at: db}
  - {file: pin.yaml, sensitive: true}
render:
  - {template: app.tmpl, to: app.json}
  - {template: app.tmpl, to: app.yaml, check: {format: yaml, schema: schema.json}}
  - {template: app.tmpl, to: app.toml}
  - {template: app.tmpl, to: app.xml}
  - {template: app.tmpl, to: app.ini, check: {format: ini}}
  - {template: app.tmpl, to: app.env, check: {format: env}}
  - {template: app.tmpl, to: app.properties, check: {format: properties, schema: schema.json}}
sinks: [{dir: out}]
`

// fails are templates that get secrets into errors, if anything does: a library quotes
// what it cannot read, and we name what is not there.
var fails = strings.Split(`password={{ .Values.db.password }} pin={{ .Values.pin }} token={{ .Values.token }}
{{ fail .Values.db.password }}
{{ required .Values.db.password .Values.none }}
{{ .Values.db.password | b64dec }}{{ .Values.db.password | fromYaml | toYaml }}
{{ fromJson .Values.db.password }}
{{ (fromToml .Values.db.password).x }}
{{ regexMatch .Values.db.password "x" }}{{ regexReplaceAll .Values.token "x" "y" }}
{{ (urlParse .Values.db.password).host }}
{{ tpl .Values.db.password . }}
{{ tpl (printf "{{ .Values.%s }}" .Values.db.password) . }}
{{ include .Values.db.password . }}
{{ index .Values .Values.db.password }}{{ get .Values .Values.db.password | upper }}
{{ dig .Values.db.password "x" .Values.none .Values }}
{{ printf "%d" .Values.db.password }}{{ printf .Values.db.password 1 }}
{{ printf "%q %x %v %5.2f" .Values.db.password .Values.pin .Values .Values.pin }}
{{ int .Values.db.password }}{{ atoi .Values.token }}{{ toDecimal .Values.db.password }}
{{ semver .Values.db.password }}{{ semverCompare .Values.db.password "1.2.3" }}
{{ $d := dict .Values.db.password 1 }}{{ $d.none }}{{ range $k, $v := $d }}{{ $k.x }}{{ $v.y }}{{ end }}
{{ .Files.Get .Values.db.password }}{{ .Files.Get "key" | fromJson }}
{{ range .Files.Glob "*" }}{{ fail . }}{{ end }}
{{ range $p, $t := .Files }}{{ $p }}={{ $t }}{{ end }}{{ (.Files.Glob "*").AsConfig }}{{ .Files.Lines "key" | first }}
{{ range .Values.db.password }}{{ . }}{{ end }}
{{ range .Values.pin }}x{{ end }}{{ until .Values.pin }}{{ repeat .Values.pin "x" }}
{{ .Values.db.password.x }}{{ .Values.pin.y.z }}{{ .Values.db }}
{{ if eq .Values.db.password "x" }}{{ .Values.none }}{{ else }}{{ .Values.nothing }}{{ end }}
{{ div 1 .Values.pin }}{{ mod 7 .Values.pin }}{{ add .Values.pin 9223372036854775807 }}{{ add .Values.db.password 1 }}
{{ substr 0 2 .Values.db.password }}{{ trunc 2 .Values.token }}{{ len .Values.db.password }}{{ splitList "" .Values.db.password | join "-" }}
{{ .Values.db.password | sha256sum }}{{ .Values.db.password | b64enc }}{{ .Values.db.password | quote }}{{ shellQuote .Values.db.password }}
{{ toYaml .Values }}{{ toJson .Values }}{{ toToml .Values }}{{ toEnv .Values.db }}{{ toIni .Values.db }}{{ toProperties .Values.db }}
{{ duration .Values.db.password }}{{ list .Values.db.password 1 | sortAlpha }}{{ index (list 1) .Values.pin }}{{ slice (list 1) .Values.pin }}
{{ keys .Values.db | first }}{{ pick .Values.db "password" }}{{ pluck "password" .Values.db }}{{ omit .Values.db "x" }}{{ merge (dict) .Values.db }}
{{ ternary .Values.db.password .Values.none true }}{{ default .Values.none .Values.db.password }}{{ coalesce .Values.none .Values.db.password | upper | int }}
{{ define "a" }}{{ .x | int }}{{ end }}{{ include "a" (dict "x" .Values.db.password) }}{{ template "a" (dict "x" .Values.pin) }}
{{ $p := .Values.db.password }}{{ with $p }}{{ . | fromYaml }}{{ $p.a }}{{ end }}{{ $p 1 }}{{ .Values.db.password 1 }}
{{ buildCustomCert .Values.db.password "x" }}{{ decryptAES .Values.db.password "x" }}
{"{{ .Values.db.password }}": 1, "{{ .Values.db.password }}": 2}
"{{ .Values.db.password }}" = 1{{ "\n" }}"{{ .Values.db.password }}" = 2
a: !{{ .Values.db.other }} x
a: *{{ .Values.db.other }}
a: &{{ .Values.db.other }}
<{{ .Values.db.other }}></{{ .Values.db.password }}>
{{ .Values.db.other }}.a = 1{{ "\n" }}{{ .Values.db.other }} = 2
{{ .Values.db.password`, "\n")

// FuzzShown: all that is shown is the same for any two values of a secret, on every way
// out: stdout, stderr, a diff, an explanation, the notes in the output directory.
// (The termination log is stderr's text.)
func FuzzShown(f *testing.F) {
	if _, err := os.Stat("/dev/shm"); err == nil {
		f.Setenv("TMPDIR", "/dev/shm") // publishing syncs, which takes long on a disk
	}
	secrets := []string{"x", "[kilowatt", "{{ fail \"x\" }}", "%d", "1.2.3", "true", "two\nlines\t", "://\x01", "a: *"}
	for i, text := range fails {
		f.Add(text, "([{{%z :", "{[((%! :\"", int64(i-3), int64(4711))
		f.Add(text, secrets[i%len(secrets)], secrets[(i+1)%len(secrets)], int64(i+1), int64(-1))
	}
	f.Fuzz(func(t *testing.T, text, one, other string, pin, pin2 int64) {
		if !fit(text, one, other) || pin == 0 || pin2 == 0 {
			return
		}
		defer runtime.GC() // closes the directories that the runs have opened
		a, b := newShowing(t, text, one, pin), newShowing(t, text, other, pin2)
		first, second := a.all(t, b), b.all(t, a)
		for _, shown := range slices.Concat(first, second, a.checked(t), b.checked(t)) {
			if strings.Contains(shown, mark) {
				t.Errorf("a secret is shown by\n%s\n%s", text, shown)
			}
		}
		if comparable(first, second) {
			for i := range first {
				if typeless(first[i]) != typeless(second[i]) {
					t.Errorf("two secrets, %q and %q, in\n%s\nshow\n%s\nand\n%s", one, other, text, first[i], second[i])
				}
			}
		}
	})
}

var aType = regexp.MustCompile(`\ban? (string|bool|int|int64|float|float64|map|list|slice|value|null|text)\b`)

// typeless takes out what a library gives of a secret, a map or a number: the types in
// an error are no secret.
func typeless(s string) string { return aType.ReplaceAllString(s, "a TYPE") }

// mark is in every secret, and must be nowhere else.
const mark = "hunter2"

// fit is what can be the text of a variable, says nothing of the mark itself, and calls
// nothing that is slow on purpose.
func fit(text, one, other string) bool {
	all := text + one + other
	return utf8.ValidString(all) && !strings.ContainsRune(one+other, 0) && !strings.Contains(all, mark) && !strings.Contains(text, "derivePassword") && len(all) < 4000
}

// A showing is one value of the secrets.
type showing struct {
	dir, secret string
	pin         int64
}

func newShowing(t *testing.T, text, secret string, pin int64) showing {
	t.Helper()
	s := showing{t.TempDir(), secret, pin}
	put(t, s.dir, "confit.yaml", secretSpec)
	put(t, s.dir, "checked.yaml", checkedSpec)
	put(t, s.dir, "schema.json", `{"type": "object", "propertyNames": {"maxLength": 3}, "additionalProperties": {"type": "null"}}`)
	put(t, s.dir, "values.yaml", "name: web\nport: 8080\nhosts: [a, b]\npin: 1\n")
	put(t, s.dir, "app.tmpl", text)
	put(t, s.dir, "files/plain", "text")
	s.set(t, s)
	return s
}

// set makes secret the secret.
func (s showing) set(t *testing.T, secret showing) {
	t.Helper()
	put(t, s.dir, "secret/password", secret.secret+mark)
	put(t, s.dir, "secret/other", secret.secret+mark)
	put(t, s.dir, "pin.yaml", fmt.Sprintf("pin: %d\n", secret.pin))
	put(t, s.dir, "files/key", secret.secret+mark)
}

func put(t *testing.T, dir, name, text string) {
	t.Helper()
	name = filepath.Join(dir, name)
	if err := errors.Join(os.MkdirAll(filepath.Dir(name), 0o755), os.WriteFile(name, []byte(text), 0o644)); err != nil {
		t.Fatal(err)
	}
}

// all is what every verb shows, validate first; the last diff is to another secret.
func (s showing) all(t *testing.T, other showing) []string {
	t.Helper()
	got := []string{s.run("validate", "--format", "json", "--allow-env")}
	if limited(got[0]) {
		return got // it would take as long each time
	}
	got = append(
		got,
		s.run("validate", "--allow-env"),
		s.run("report", "--allow-env", "--out", "-"),
		s.run("render", "--out", "-", "--masked"),
		s.run("diff"),
		s.run("render", "-v", "--log-format", "json"),
		s.notes(t),
		s.run("explain"),
		s.run("explain", "app.conf"),
		s.run("explain", "--format", "json", "db"),
	)
	s.set(t, other)
	return append(got, s.run("diff"), s.run("diff", "--format", "json"))
}

// checked is what is shown of outputs that do not parse.
func (s showing) checked(t *testing.T) []string {
	t.Helper()
	return []string{
		s.runSpec("checked.yaml", "validate"), s.runSpec("checked.yaml", "validate", "--format", "github"),
		s.runSpec("checked.yaml", "report", "--out", "-"),
		s.runSpec("checked.yaml", "render"), s.notes(t),
	}
}

var milliseconds = regexp.MustCompile(`in \d+ ms`)

// run is one command line: its status, stdout and stderr.
func (s showing) run(args ...string) string { return s.runSpec("confit.yaml", args...) }

func (s showing) runSpec(spec string, args ...string) string {
	var stdout, stderr bytes.Buffer
	env := []string{"APP_TOKEN=" + s.secret + mark, "APP_PORT=80"}
	args = append(args, "-c", filepath.Join(s.dir, spec), "--timeout", "2s")
	status := run(args, system{stdout: &stdout, stderr: &stderr, env: env, dir: s.dir, exit: func(int) {}})
	text := fmt.Sprintf("%q: %d\n%s\n%s", args, status, &stdout, milliseconds.ReplaceAllString(stderr.String(), "in N ms"))
	return strings.ReplaceAll(text, s.dir, "DIR")
}

// notes is the state in the output directory.
func (s showing) notes(t *testing.T) string {
	t.Helper()
	names, err := filepath.Glob(filepath.Join(s.dir, "out", ".confit-*", "*"))
	if err != nil {
		t.Fatal(err)
	}
	var b strings.Builder
	for _, name := range names {
		data, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		fmt.Fprintf(&b, "%s %s\n", filepath.Base(name), data)
	}
	return b.String()
}

// comparable tells whether two runs went the same way: whether a template fails, and
// where, may depend on a secret. A limit may come at any place.
func comparable(a, b []string) bool {
	return !slices.ContainsFunc(a, limited) && !slices.ContainsFunc(b, limited) && places(a[0]) == places(b[0])
}

// places lists where the problems are that validate found.
func places(validated string) (list string) {
	_, text, _ := strings.Cut(validated, "\n")
	var problems []console.Record
	_ = json.NewDecoder(strings.NewReader(text)).Decode(&problems)
	for _, p := range problems {
		list += fmt.Sprintln(p.Level, p.Code, p.File, p.Line, p.Col)
	}
	return list
}

// limited tells whether a run ended at a limit; the clock's may come after the end.
func limited(run string) bool {
	return strings.Contains(run, ": 76\n") || strings.Contains(run, "time-limit")
}
