package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"runtime"
	"strings"
	"testing"
	"unicode"

	"go.yaml.in/yaml/v3"

	"confit/render/diag"
)

// hostile are texts that steer a terminal or a CI agent if a message holds them as they are.
var hostile = []string{
	"A\n::error::PWNED\r\n##vso[task.setvariable variable=P]x##[error]y\x1b[2J\x1b]0;t\a\u2028\u2029\u202e\u0085\u00ad%0A::add-mask::x",
	"::error::PWNED ##[error]x ##vso[task.complete]y",
	"x##VSO[task.complete]y #\ufe0f#[error]z",
}

// everyField is a spec with every kind of source and entry and every field that takes text.
const everyField = `version: 1
name: app
schema: schema.json
limits: {time: 20s, heap: 512MiB, file: 1MiB, total: 8MiB, files: 900, template: 1MiB, depth: 20, git: {time: 9s, pack: 1MiB, files: 9, file: 1MiB, depth: 2}}
sources:
  - {file: values.yaml, at: base.a, optional: true, format: yaml, read: [values.yaml], sensitive: [password], lists: {hosts: {by: name}}}
  - {file: more.yaml, at: base.a, lists: {hosts: {by: name}, ports: append}}
  - {configMap: volume, name: cm, nest: true, trim: true}
  - {dir: files, name: files, read: []}
  - {secret: secret, at: db}
  - {downwardAPI: podinfo, at: pod}
  - {env: APP_, typed: true, at: env, map: {HOST: web.host}, fromFile: [KEY]}
  - {git: "https://127.0.0.1:9/web/site.git", name: site, ref: v1, path: public, auth: secret, startJitter: 1s, verify: {openpgp: keys, object: tag}}
render:
  - {template: app.tmpl, to: conf/app.conf, mode: "0640", delims: ["<<", ">>"], check: {format: ini, schema: schema.json}, sink: one}
  - {inline: "{{ .Item.name }}", each: base.a.hosts, to: "{{ .Key }}.txt", when: web.host, sink: one}
  - {copy: "files:**", to: copied, overwrite: false, sink: one}
  - {envsubst: subst.txt, to: subst.conf, vars: {HOST: web.host}, sink: two}
  - {values: base.a, to: all.json, check: none, sink: two}
sinks:
  - {dir: out, name: one, prune: true, dirMode: "0750"}
  - {dir: out2, name: two}
`

var everyFile = map[string]string{
	"values.yaml": "password: x\nhosts: [{name: a, ip: 1}]\nports: [1]\n", "more.yaml": "hosts: [{name: a, ip: 2}]\nports: [2]\n",
	"volume/a.yaml": "x: 1\n", "files/plain": "text", "secret/password": "p", "podinfo/labels": "app=\"web\"\n",
	"app.tmpl": "a = << .Values.base.a.password >>\n", "subst.txt": "${HOST}", "schema.json": `{"type": "object"}`, "keys": "x", "site/public/a": "x",
}

// A hostileDoor plants a text where a run reads it, and returns more arguments and variables.
type hostileDoor func(t *testing.T, dir, text string) (args, env []string)

// TestHostileText sends hostile texts through every field and key of the spec, and through
// files, names of files, variables, flags and servers. No line of any verb and format obeys.
func TestHostileText(t *testing.T) {
	if _, err := os.Stat("/dev/shm"); err == nil {
		t.Setenv("TMPDIR", "/dev/shm")
	}
	doors := specDoors(t)
	maps.Copy(doors, otherDoors(t))
	if len(doors) < 200 {
		t.Errorf("%d doors", len(doors))
	}
	for name, door := range doors {
		t.Run(name, func(t *testing.T) {
			defer runtime.GC()
			for _, text := range hostile {
				tryDoor(t, door, text)
			}
		})
	}
}

func tryDoor(t *testing.T, door hostileDoor, text string) {
	t.Helper()
	dir := t.TempDir()
	t.Chdir(dir)
	put(t, dir, "confit.yaml", everyField)
	for name, text := range everyFile {
		put(t, dir, name, text)
	}
	args, env := door(t, dir, text)
	env = append(env, "APP_KEY_FILE="+filepath.Join(dir, "secret/password"), "APP_HOST=h")
	for _, verb := range [][]string{
		{"validate", "--allow-env"},
		{"validate", "--format", "json", "--allow-env", "-v"},
		{"validate", "--format", "github", "--allow-network"},
		{"validate", "--format", "junit"},
		{"validate", "--format", "markdown"},
		{"report", "--allow-env", "--out", "-"},
		{"explain"},
		{"explain", "--format", "json"},
		{"diff"},
		{"diff", "--format", "json", "-v"},
		{"render", "-v"},
		{"render", "-v", "--log-format", "json"},
		{"diff"},
	} {
		if args == nil {
			verb = append(verb, "--replace", "site="+filepath.Join(dir, "site"))
		}
		var stdout, stderr bytes.Buffer
		all := append(verb, args...)
		run(all, system{stdout: &stdout, stderr: &stderr, env: env, dir: dir, exit: func(int) {}})
		annotations := strings.Contains(strings.Join(verb, " "), "github")
		for _, wrong := range append(obeyed(stdout.String(), annotations), obeyed(stderr.String(), false)...) {
			t.Errorf("%q: %s", all, wrong)
		}
		if strings.Contains(strings.Join(verb, " "), "--format json") && stdout.Len() > 0 && !json.Valid(stdout.Bytes()) && verb[0] != "diff" {
			t.Errorf("%q: stdout is not JSON: %s", all, &stdout)
		}
	}
}

var annotation = regexp.MustCompile(`^::(error|warning|notice) (file=[^:]*,line=\d+,col=\d+,)?title=[a-z-]*::`)

// obeyed lists the lines that a terminal or a CI agent would obey.
func obeyed(text string, annotations bool) (wrong []string) {
	for line := range strings.Lines(text) {
		line = strings.TrimSuffix(line, "\n")
		bad := func(r rune) bool {
			return r != '\t' && !unicode.IsGraphic(r) || r == '\u00ad' || r == unicode.ReplacementChar
		}
		agent := strings.Map(func(r rune) rune { // it compares without marks
			if unicode.Is(unicode.M, r) {
				return -1
			}
			return unicode.ToLower(r)
		}, line)
		command := strings.HasPrefix(strings.TrimSpace(line), "::") && !(annotations && annotation.MatchString(line))
		if strings.ContainsFunc(line, bad) || command || strings.Contains(agent, "##[") || strings.Contains(agent, "##vso[") {
			wrong = append(wrong, fmt.Sprintf("%q", line))
		}
	}
	return wrong
}

// specDoors is a door for each key and each value of the spec.
func specDoors(t *testing.T) map[string]hostileDoor {
	doors := map[string]hostileDoor{}
	for i := range scalars(t) {
		at := scalars(t)[i]
		doors[fmt.Sprintf("spec/%d-%s", i, at.Value)] = func(t *testing.T, dir, text string) (args, env []string) {
			doc, all := parsedSpec(t)
			all[i].Value, all[i].Tag, all[i].Style = text, "!!str", yaml.DoubleQuotedStyle
			data, err := yaml.Marshal(doc)
			if err != nil {
				t.Fatal(err)
			}
			put(t, dir, "confit.yaml", string(data))
			return nil, nil
		}
	}
	return doors
}

func scalars(t *testing.T) []*yaml.Node {
	_, all := parsedSpec(t)
	return all
}

func parsedSpec(t *testing.T) (*yaml.Node, []*yaml.Node) {
	t.Helper()
	var doc yaml.Node
	if err := yaml.Unmarshal([]byte(everyField), &doc); err != nil {
		t.Fatal(err)
	}
	var all []*yaml.Node
	var walk func(n *yaml.Node)
	walk = func(n *yaml.Node) {
		if n.Kind == yaml.ScalarNode {
			all = append(all, n)
		}
		for _, c := range n.Content {
			walk(c)
		}
	}
	walk(&doc)
	return &doc, all
}

// otherDoors are the doors beside the fields of the spec.
func otherDoors(t *testing.T) map[string]hostileDoor {
	doors := map[string]hostileDoor{}
	quoted := func(text string) string {
		b, _ := json.Marshal(text)
		return string(b)
	}
	spec := func(source, entry string) string {
		return "version: 1\nsources: [" + source + "]\nrender: [" + entry + "]\nsinks: [{dir: out}]\n"
	}
	file := func(door, name string, content func(text string) string, source, entry string) {
		doors[door] = func(t *testing.T, dir, text string) (args, env []string) {
			put(t, dir, name, content(text))
			put(t, dir, "confit.yaml", spec(source, entry))
			return []string{}, nil
		}
	}
	all := `{values: ., to: all.yaml}`
	file("file/yaml-key", "v.yaml", func(s string) string { return quoted(s) + ": {" + quoted(s) + ": 1}\n" }, "{file: v.yaml}", `{inline: "{{ .Values.x }}", to: x}`)
	file("file/yaml-value", "v.yaml", func(s string) string { return "a: [" + quoted(s) + "]\n" }, "{file: v.yaml}", `{inline: "{{ fail (first .Values.a) }}", to: x}`)
	file("file/output", "v.yaml", func(s string) string { return "a: " + quoted(s) + "\n" }, "{file: v.yaml}", `{inline: "a\n {{ .Values.a }}\n", to: x}`)
	file("file/yaml-twice", "v.yaml", func(s string) string { return quoted(s) + ": 1\n" + quoted(s) + ": 2\n" }, "{file: v.yaml}", all)
	file("file/yaml-tag", "v.yaml", func(string) string { return "a: !x%0A::error::x%1B[2J##[error]y 1\n" }, "{file: v.yaml}", all)
	file("file/yaml-anchor", "v.yaml", func(string) string { return "a: *x##[error]y\n" }, "{file: v.yaml}", all)
	file("file/json-syntax", "v.json", func(s string) string { return s }, "{file: v.json}", all)
	file("file/json-key", "v.json", func(s string) string { return "{" + quoted(s) + ": 1, " + quoted(s) + ": 1}" }, "{file: v.json}", all)
	file("file/toml-syntax", "v.toml", func(s string) string { return s }, "{file: v.toml}", all)
	file("file/toml-key", "v.toml", func(s string) string { return quoted(s) + " = 1\n" + quoted(s) + " = 2\n" }, "{file: v.toml}", all)
	file("file/ini", "v.ini", func(s string) string { return "[" + s + "]\na=1\n[" + s + "]\n" }, "{file: v.ini}", all)
	file("file/properties", "v.properties", func(s string) string { return s + "=1\n" + s + "=2\n" }, "{file: v.properties}", all)
	file("file/env", "v.env", func(s string) string { return s + "=1\n" }, "{file: v.env}", all)
	file("template/syntax", "a.tmpl", func(s string) string { return "{{ " + s + " }}" }, "", `{template: a.tmpl, to: x}`)
	file("template/fail", "a.tmpl", func(s string) string { return "{{ fail " + quoted(s) + " }}" }, "", `{template: a.tmpl, to: x}`)
	file("template/missing", "a.tmpl", func(s string) string { return "{{ index .Values " + quoted(s) + " }}" }, "", `{template: a.tmpl, to: x}`)
	file("template/include", "a.tmpl", func(s string) string { return "{{ include " + quoted(s) + " . }}" }, "", `{template: a.tmpl, to: x}`)
	file("template/file", "a.tmpl", func(s string) string { return "{{ .Files.Get " + quoted(s) + " }}" }, "", `{template: a.tmpl, to: x}`)
	file("template/regexp", "a.tmpl", func(s string) string { return "{{ regexMatch " + quoted("("+s) + " `x` }}" }, "", `{template: a.tmpl, to: x}`)
	file("template/url", "a.tmpl", func(s string) string { return "{{ urlParse " + quoted("://"+s) + " }}" }, "", `{template: a.tmpl, to: x}`)
	file("template/path", "a.tmpl", func(s string) string { return s }, "{file: v.yaml, optional: true}", `{inline: x, to: "{{ .Files.Get \"a.tmpl\" }}", when: x}`)
	for _, format := range []string{"json", "yaml", "toml", "xml", "ini", "properties", "env"} {
		file("check/"+format, "a.tmpl", func(s string) string { return s }, "", `{template: a.tmpl, to: x, check: `+format+`}`)
	}
	for _, keyword := range []string{"pattern", "const", "type", "$ref", "format", "title", "required", "enum"} {
		file("schema/"+keyword, "s.json", func(s string) string {
			value := quoted(s)
			if keyword == "required" || keyword == "enum" {
				value = "[" + value + "]"
			}
			return `{"properties": {"a": {` + quoted(keyword) + `: ` + value + `}}, ` + quoted(s) + `: 1, "required": [` + quoted(s) + `]}`
		}, "{file: values.yaml}", `{values: ., to: all.yaml, check: {schema: s.json}}`)
	}
	file("subst", "subst.txt", func(s string) string { return "${" + s + "}${A:-" + s + "}" }, "", `{envsubst: subst.txt, to: x}`)
	for i, source := range []string{"configMap", "secret", "dir"} {
		for _, entry := range []string{all, `{copy: "d/*", to: y}`, `{template: d, to: z}`} {
			doors[fmt.Sprintf("name/%s-%d-%.6s", source, i, entry[1:])] = func(t *testing.T, dir, text string) (args, env []string) {
				for _, suffix := range []string{"", ".yaml", ".tmpl"} {
					put(t, dir, "d/"+strings.ReplaceAll(text, "/", "_")+suffix, "{{ a: ]")
				}
				put(t, dir, "confit.yaml", spec("{"+source+": d}", entry))
				return []string{}, nil
			}
		}
	}
	doors["env/name"] = func(t *testing.T, dir, text string) (args, env []string) {
		put(t, dir, "confit.yaml", spec("{env: APP_}", all))
		return []string{}, []string{"APP_" + text + "=x", "APP_" + text + "_FILE=x", "CONFIT_" + text + "=x"}
	}
	doors["env/value"] = func(t *testing.T, dir, text string) (args, env []string) {
		return nil, []string{"CONFIT_LOG_FORMAT=" + text, "CONFIT_TIMEOUT=" + text, "CONFIT_CONFIG=" + text}
	}
	for _, flag := range []string{
		"--source=", "--source=file:", "--source=git:https://", "--source=git:x@y:", "--template=", "--values=", "--values=.=", "--set=", "--set=a=1,", "--set-string=", "--set-file=", "--set-file=a=",
		"--set-json=", "--set-json=a=", "--replace=", "--replace=site=", "--git-ref=", "--git-ref=site=", "--git-ref=a=", "--out=", "--root=", "--timeout=", "--limit=", "--limit=heap=", "--config=", "--log-format=", "--format=", "--", "-", "",
	} {
		doors["flag/"+flag] = func(_ *testing.T, _, text string) (args, env []string) { return []string{flag + text}, nil }
	}
	for name, answer := range hostileServers {
		doors["server/"+name] = func(t *testing.T, dir, text string) (args, env []string) {
			server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { answer(w, r, text) }))
			t.Cleanup(server.Close)
			put(t, dir, "confit.yaml", "version: 1\nsources: [{git: "+quoted(server.URL+"/web/site.git")+", name: site, ref: v1, allowHTTP: true}]\nrender: [{copy: \"site:**\", to: x}]\nsinks: [{dir: out}]\nlimits: {git: {time: 200ms}}\n")
			return []string{}, nil
		}
	}
	return doors
}

// hostileServers are Git servers with a hostile text in what they answer.
var hostileServers = map[string]func(w http.ResponseWriter, r *http.Request, text string){
	"body": func(w http.ResponseWriter, _ *http.Request, text string) {
		w.WriteHeader(http.StatusForbidden)
		fmt.Fprint(w, text)
	},
	"type": func(w http.ResponseWriter, _ *http.Request, text string) {
		w.Header()["Content-Type"] = []string{strings.NewReplacer("\n", "", "\r", "").Replace(text)}
		fmt.Fprint(w, text)
	},
	"redirect": func(w http.ResponseWriter, _ *http.Request, text string) {
		w.Header()["Location"] = []string{"http://127.0.0.1:1/" + strings.NewReplacer("\n", "", "\r", "").Replace(text)}
		w.WriteHeader(http.StatusFound)
	},
	"realm": func(w http.ResponseWriter, _ *http.Request, text string) {
		w.Header()["Www-Authenticate"] = []string{`Basic realm="` + strings.NewReplacer("\n", "", "\r", "").Replace(text) + `"`}
		w.WriteHeader(http.StatusUnauthorized)
	},
	"err": func(w http.ResponseWriter, _ *http.Request, text string) {
		w.Header().Set("Content-Type", "application/x-git-upload-pack-advertisement")
		fmt.Fprintf(w, "%04xERR %s", len(text)+8, text)
	},
	"refs": func(w http.ResponseWriter, r *http.Request, text string) {
		packet := func(s string) { fmt.Fprintf(w, "%04x%s", len(s)+4, s) }
		ref := strings.NewReplacer("\n", "", "\r", "").Replace(text)
		if r.Method == http.MethodPost {
			w.Header().Set("Content-Type", "application/x-git-upload-pack-result")
			packet(strings.Repeat("a", 40) + " refs/tags/" + ref + "\n")
			packet(strings.Repeat("b", 40) + " refs/heads/v1" + ref + "\n")
			fmt.Fprint(w, "0000")
			return
		}
		w.Header().Set("Content-Type", "application/x-git-upload-pack-advertisement")
		packet("# service=git-upload-pack\n")
		fmt.Fprint(w, "0000")
		packet("version 2\n")
		packet("ls-refs=unborn\n")
		packet("fetch=shallow\n")
		packet("object-format=sha1" + "\n")
		fmt.Fprint(w, "0000")
	},
}

// TestConsoleEscapes: the console is the last wall for texts that nobody quoted.
func TestConsoleEscapes(t *testing.T) {
	for _, text := range hostile {
		var stdout, stderr bytes.Buffer
		c := newConfit(system{stdout: &stdout, stderr: &stderr})
		p := &diag.Problem{Code: "spec", Pos: diag.Pos{File: text, Line: 1, Col: 1}, Text: text, Source: text, Notes: []string{text}, Hint: text}
		for _, asJSON := range []bool{false, true} {
			c.console.JSON = asJSON
			c.console.Print(c.console.Report([]*diag.Problem{p}, text))
			c.console.Notice(text)
			c.console.Info(text)
		}
		if wrong := obeyed(stderr.String(), false); len(wrong) > 0 {
			t.Errorf("obeyed: %s", wrong)
		}
	}
}
