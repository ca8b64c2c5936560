package main

import (
	"bytes"
	"crypto/md5"
	"crypto/sha1"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strings"
	"testing"
)

// Two canaries of one form and two lengths: whatever is shown is the same for both.
var canaries = []string{"zQxJv7Kw", "zQxJv7KwRt5YpLm2"}

// needles are forms in which a canary, or its beginning, may be shown.
func needles(canary string) []string {
	const start = "zQxJv7Kw"
	reversed := []byte(start)
	slices.Reverse(reversed)
	all := []string{"zQxJ", string(reversed[:4]), string(reversed[4:]), hex.EncodeToString([]byte("zQxJ")), "%7A%51%78", `\u007a\u0051`, "&#122;"}
	for skip := range 3 { // Base64 at each of three places in a longer text
		text := base64.StdEncoding.EncodeToString([]byte(strings.Repeat("x", skip) + start))
		all = append(all, text[4:8])
	}
	for _, sum := range [][]byte{sum(sha256.Sum256([]byte(canary))), sum20(sha1.Sum([]byte(canary))), sum16(md5.Sum([]byte(canary)))} {
		all = append(all, hex.EncodeToString(sum)[:12], base64.StdEncoding.EncodeToString(sum)[:12])
	}
	return all
}

func sum(s [32]byte) []byte   { return s[:] }
func sum20(s [20]byte) []byte { return s[:] }
func sum16(s [16]byte) []byte { return s[:] }

// A probeDoor brings a canary in: the value is at s.k of the values, or the file is.
type probeDoor struct {
	source string // of the spec; other is a plain one
	files  map[string]string
	args   []string
	env    []string
	link   [2]string // a symbolic link: its name, and where it leads
	timed  bool      // how often a server is tried depends on the clock
}

// probeDoors are the ways by which bytes of a secret come in. CANARY stands for a canary.
var probeDoors = map[string]probeDoor{
	"secret key":        {source: "{secret: sec, at: s}", files: map[string]string{"sec/k": "CANARY"}},
	"secret yaml":       {source: "{secret: sec, at: s}", files: map[string]string{"sec/a.yaml": "k: CANARY\n"}},
	"secret json":       {source: "{secret: sec, at: s}", files: map[string]string{"sec/a.json": `{"k": "CANARY"}`}},
	"secret toml":       {source: "{secret: sec, at: s}", files: map[string]string{"sec/a.toml": "k = \"CANARY\"\n"}},
	"secret properties": {source: "{secret: sec, at: s}", files: map[string]string{"sec/a.properties": "k=CANARY\n"}},
	"secret ini":        {source: "{secret: sec}", files: map[string]string{"sec/a.ini": "[s]\nk=CANARY\n"}},
	"secret env":        {source: "{secret: sec, at: s}", files: map[string]string{"sec/a.env": "k=CANARY\n"}},
	"sensitive file":    {source: "{file: v.yaml, sensitive: true}", files: map[string]string{"v.yaml": "s: {k: CANARY}\n"}},
	"sensitive name":    {source: "{file: v.yaml, sensitive: [k]}", files: map[string]string{"v.yaml": "s: {k: CANARY}\n"}},
	"sensitive path":    {source: "{file: v.yaml, sensitive: [s.k]}", files: map[string]string{"v.yaml": "s: {k: CANARY}\n"}},
	"alias":             {source: "{file: v.yaml, sensitive: [password]}", files: map[string]string{"v.yaml": "password: &p CANARY\ns: {k: *p}\n"}},
	"sensitive map":     {source: "{configMap: cm, at: s, sensitive: true}", files: map[string]string{"cm/k": "CANARY"}},
	"sensitive dir":     {source: "{dir: d, at: s, sensitive: true}", files: map[string]string{"d/a.yaml": "k: CANARY\n"}},
	"variable":          {source: "{env: APP_, at: s, sensitive: true, map: {APP_K: k}}", env: []string{"APP_K=CANARY"}},
	"typed variable":    {source: "{env: APP_, at: s, typed: true, sensitive: true, map: {APP_K: k}}", env: []string{"APP_K=CANARY"}},
	"file of variable":  {source: "{secret: sec, at: q}, {env: APP_, at: s, fromFile: [APP_K], map: {APP_K: k}}", files: map[string]string{"sec/p": "CANARY"}, env: []string{"APP_K_FILE=sec/p"}},
	"set-file":          {source: "{secret: sec, at: q}", files: map[string]string{"sec/p": "CANARY"}, args: []string{"--set-file", "s.k=sec/p"}},
	"overrides":         {source: "{secret: sec, at: s}, {file: v.yaml}", files: map[string]string{"sec/k": "plain", "v.yaml": "s: {k: CANARY}\n"}},
	"overridden":        {source: "{file: v.yaml}, {secret: sec, at: s}", files: map[string]string{"sec/k": "CANARY", "v.yaml": "s: {k: plain}\n"}},
	"link":              {source: "{secret: sec, at: q}, {dir: l, at: s}", files: map[string]string{"sec/p": "CANARY", "l/plain": "x"}, link: [2]string{"l/k", "../sec/p"}},
	"git":               {source: "{git: \"https://127.0.0.1:9/a.git\", name: g, ref: v1, read: [a.yaml], sensitive: [k], at: s}", files: map[string]string{"g/a.yaml": "k: CANARY\n"}, args: []string{"--replace", "g=g"}},
}

// nameDoors bring a canary in as a name in a secret file: of settings, or of a file that is
// read as another format than it has.
var nameDoors = map[string]probeDoor{
	"yaml":       {source: "{secret: sec, at: s}", files: map[string]string{"sec/a.yaml": "k: x\nCANARY: y\nm: {CANARYa: [{CANARYb: 1}]}\n"}},
	"json":       {source: "{secret: sec, at: s}", files: map[string]string{"sec/a.json": `{"k": "x", "CANARY": null, "l": [{"CANARY": {}}]}`}},
	"toml":       {source: "{secret: sec, at: s}", files: map[string]string{"sec/a.toml": "k = \"x\"\nCANARY.a = 1\n[[CANARYt]]\nb = 2\n"}},
	"properties": {source: "{secret: sec, at: s}", files: map[string]string{"sec/a.properties": "k=x\nCANARY.a=1\nadmin:CANARYp\nCANARYq: z\n"}},
	"ini":        {source: "{secret: sec, at: s}", files: map[string]string{"sec/a.ini": "k=x\nCANARY=1\n[CANARY]\na=b\n"}},
	"env":        {source: "{secret: sec, at: s}", files: map[string]string{"sec/a.env": "k=x\nCANARY=1\n"}},
	"pem in ini": {source: "{secret: sec, at: s}", files: map[string]string{"sec/a.ini": "k=x\n-----BEGIN KEY-----=\nCANARYMIIE=\nMIIECANARY==\n"}},
	"pem in env": {source: "{secret: sec, at: s}", files: map[string]string{"sec/a.env": "k=x\nCANARYMIIE=\nMIIECANARY==\n"}},
	"htpasswd":   {source: "{secret: sec, at: s}", files: map[string]string{"sec/htpasswd": "k:x\nCANARY:$apr1$CANARY\n"}, args: []string{}},
	"as flat":    {source: "{secret: sec, at: s, format: properties, flat: true}", files: map[string]string{"sec/htpasswd": "k:x\nCANARY.a:$apr1$CANARY\n"}},
	"netrc":      {source: "{secret: sec, at: s, format: properties}", files: map[string]string{"sec/netrc": "k x\nmachine CANARY.example.com\nCANARYlogin CANARY\n"}},
	"sensitive":  {source: "{file: v.yaml, sensitive: [s]}", files: map[string]string{"v.yaml": "s: {k: x, CANARY: y, l: [{CANARYb: 1}]}\n"}},
	"alias":      {source: "{file: v.yaml, sensitive: [password]}", files: map[string]string{"v.yaml": "password: &p {k: x, CANARY: 1}\ns: *p\n"}},
	"merge key":  {source: "{file: v.yaml, sensitive: [password]}", files: map[string]string{"v.yaml": "password: &p {k: x, CANARY: 1}\ns: {<<: *p}\n"}},
	"link":       {source: "{secret: sec, read: [], at: q}, {file: l.yaml}", files: map[string]string{"sec/p.yaml": "s: {k: x, CANARY: y}\n"}, link: [2]string{"l.yaml", "sec/p.yaml"}},
	"two files":  {source: "{secret: sec, at: s}", files: map[string]string{"sec/a.yaml": "k: x\nCANARY: {a: 1}\n", "sec/b.yaml": "CANARY: 2\n"}},
	"null":       {source: "{secret: sec, at: s}, {file: v.yaml}", files: map[string]string{"sec/a.yaml": "k: x\nCANARY: 1\nb: {CANARY: 1}\n", "v.yaml": "s: {b: null}\n"}},
	"list":       {source: "{file: v.yaml}, {env: APP_, at: s, sensitive: true, map: {APP_L: l}}", files: map[string]string{"v.yaml": "s: {k: x, l: [1]}\n"}, env: []string{`APP_L=[{"CANARY": 1}]`}},
}

// nameUses are what entries do with the names at s, beside all of probeUses.
var nameUses = []string{
	"{inline: '{{ range $k, $_ := .Values.s }}{{ $k }}={{ kindOf $k }} {{ end }}', to: x}", "{inline: '{{ keys .Values.s | join \",\" }}', to: x}", "{inline: '{{ .Key }}', each: s, to: 'a/{{ add 1 2 }}'}",
	"{inline: '{{ range $k, $_ := .Values.s }}{{ $.Values.x }}{{ fail $k }}{{ end }}', to: x}", "{inline: '{{ range $k, $_ := .Values.s }}{{ index $.Values.s $k $k }}{{ get $.Values $k }}{{ end }}', to: x}",
	"{inline: '{{ range $k, $v := .Values.s }}{{ $v.a.b.c }}{{ $v.x }}{{ int $v }}{{ include $k . }}{{ end }}', to: x}", "{inline: '{{ $d := merge (dict) .Values.s }}{{ range $k, $v := $d }}{{ $k }}{{ end }}{{ toJson $d }}', to: x}",
	"{inline: '{{ omit .Values.s \"k\" | toYaml }}{{ deepCopy .Values.s | toProperties }}', to: x}", "{inline: '{{ toToml .Values.s }}{{ toIni .Values.s }}{{ toEnv .Values.s }}', to: x}",
	"{values: s, to: x.toml}", "{values: s, to: x.ini}", "{values: s, to: x.env}", "{values: s, to: x.properties}", "{values: s, to: x.yaml, check: {schema: schema.json}}", "{values: s.q, to: x.yaml}", "{inline: x, to: x, when: s.kk}",
	"{inline: x, to: x, each: s.kk}", "{inline: '{{ .Values.s.none }}', to: x}", "{envsubst: subst.txt, to: x, vars: {A: s.none}}", "{inline: '{{ range .Values.s }}{{ . }}{{ end }}', to: x}",
	"{inline: '{{ with .Values.s }}{{ dig \"kk\" \"d\" . }}{{ pluck \"k\" . | first }}{{ values . | len }}{{ end }}', to: x}", "{inline: '{{ printf \"%v\" .Values.s }}{{ .Values.s }}', to: x}",
}

// probeUses are what entries do with the value at s.k.
var probeUses = []string{
	"{inline: '{{ .Values.s.k }}', to: x}", "{values: ., to: x.yaml}", "{values: ., to: x.json}", "{values: s, to: x.toml}", "{values: s, to: x.properties}", "{values: s, to: x.env}",
	"{inline: '{{ fail .Values.s.k }}', to: x}", "{inline: '{{ required .Values.s.k .Values.none }}', to: x}", "{inline: '{{ .Values.s.k | b64enc }} {{ .Values.s.k | sha256sum }}', to: x}",
	"{inline: '{{ printf \"%d %q\" .Values.s.k .Values.s.k }}', to: x}", "{inline: '{{ index .Values .Values.s.k }}', to: x}", "{inline: '{{ include .Values.s.k . }}', to: x}",
	"{inline: '{{ tpl .Values.s.k . }}', to: x}", "{inline: '{{ tpl (printf \"{{ .%s\" .Values.s.k) . }}', to: x}", "{inline: '{{ fromYaml .Values.s.k }}{{ fromJson .Values.s.k }}', to: x}",
	"{inline: '{{ regexMatch (print \"(\" .Values.s.k) \"x\" }}', to: x}", "{inline: '{{ int .Values.s.k }}{{ atoi .Values.s.k }}', to: x}", "{inline: '{{ .Files.Get .Values.s.k }}', to: x}",
	"{inline: x, to: 'a-{{ .Values.s.k }}'}", "{inline: x, to: x, when: s.k}", "{inline: '{{ .Item }}', each: s, to: '{{ .Key }}.txt'}", "{inline: '{{ .Values.s.k }}: ]', to: x.yaml}",
	"{inline: '{\"{{ .Values.s.k }}\": 1, \"{{ .Values.s.k }}\": 2}', to: x.json}", "{inline: '{{ .Values.s.k }} = x', to: x.toml}", "{inline: '<{{ .Values.s.k }}>', to: x.xml}",
	"{inline: '{\"{{ .Values.s.k }}\": \"{{ .Values.s.k }}\"}', to: x.json, check: {schema: schema.json}}", "{envsubst: subst.txt, to: x, vars: {A: s.k}}",
	"{inline: '{{ urlParse .Values.s.k }}{{ semver .Values.s.k }}', to: x}", "{inline: '{{ .Values.s.k.deeper }}', to: x}", "{inline: '{{ range .Values.s.k }}{{ . }}{{ end }}', to: x}",
	"{inline: '{{ $_ := set .Values.s \"n\" .Values.s.k }}{{ toYaml .Values }}', to: x}", "{inline: '{{ if eq .Values.s.k \"a\" }}{{ fail \"same\" }}{{ end }}{{ .Values.absent }}', to: x}",
}

// brokenDoors are files and flags that do not parse, with a canary next to the error.
var brokenDoors = map[string]probeDoor{
	"yaml":       {files: map[string]string{"sec/a.yaml": "k: CANARY: [\n"}},
	"yaml tag":   {files: map[string]string{"sec/a.yaml": "k: !CANARY x\n"}},
	"yaml alias": {files: map[string]string{"sec/a.yaml": "k: *CANARY\n"}},
	"json":       {files: map[string]string{"sec/a.json": `{"k": CANARY}`}},
	"toml":       {files: map[string]string{"sec/a.toml": "k = CANARY\n"}},
	"properties": {files: map[string]string{"sec/a.properties": "k=\\uCANARY\n"}},
	"pem":        {files: map[string]string{"sec/a.properties": "k=-----BEGIN PRIVATE KEY-----\nCANARYa\nCANARYb\n"}},
	"ini":        {files: map[string]string{"sec/a.ini": "CANARY\n"}},
	"env":        {files: map[string]string{"sec/a.env": "CANARY\nA=\"CANARY\n"}},
	"twice yaml": {files: map[string]string{"sec/a.yaml": "CANARY: 1\nCANARY: 2\n"}},
	"twice json": {files: map[string]string{"sec/a.json": `{"CANARY": 1, "CANARY": 2}`}},
	"twice toml": {files: map[string]string{"sec/a.toml": "CANARY = 1\nCANARY.b = 2\n"}},
	"twice ini":  {files: map[string]string{"sec/a.ini": "[CANARY]\nCANARY = 1\nCANARY = 2\n"}},
	"twice env":  {files: map[string]string{"sec/a.env": "CANARY=1\nCANARY=2\n"}},
	"above":      {files: map[string]string{"sec/a.properties": "CANARY=1\nCANARY.b=2\n"}},
	"glob":       {source: "{file: v.yaml, sensitive: [s]}", files: map[string]string{"v.yaml": "s: {CANARY: 1, CANARY: 2}\n", "sec/a": "x"}},
	"glob json":  {source: "{file: v.json, sensitive: [s]}", files: map[string]string{"v.json": `{"s": CANARY}`, "sec/a": "x"}},
	"near glob":  {source: "{file: v.yaml, sensitive: [s, zQ_Jv7Kw]}", files: map[string]string{"v.yaml": "s: {CANARY: 1}\n", "sec/a": "x"}},
	"binary":     {files: map[string]string{"sec/k": "CANARY\xff"}},
	"template":   {files: map[string]string{"sec/t.tmpl": "CANARY {{ .Values.x }}"}},
	"syntax":     {files: map[string]string{"sec/t.tmpl": "CANARY {{ CANARY }}"}},
	"set":        {args: []string{"--set", "s.k=a,CANARY"}},
	"set-json":   {args: []string{"--set-json", "s.k={CANARY"}},
	"set index":  {args: []string{"--set", "s.k=a,CANARY[x]=1"}},
	"source":     {args: []string{"--source", "deploy:CANARY@host:x.git"}},
	"git url":    {args: []string{"--source", "git:https://u:CANARY@127.0.0.1:9/x.git,name=z,ref=v1"}, timed: true},
	"git auth":   {source: "{git: \"https://127.0.0.1:9/a.git\", name: g, ref: v1, auth: sec}", files: map[string]string{"sec/username": "CANARY", "sec/password": "CANARY"}, timed: true},
}

// TestProbes sends canaries through every door and use, and looks for them wherever text
// goes out. All pairs are tried with PROBES=all, a third of them otherwise.
func TestProbes(t *testing.T) {
	if _, err := os.Stat("/dev/shm"); err == nil {
		t.Setenv("TMPDIR", "/dev/shm")
	}
	n, tried := 0, 0
	probe := func(name string, door probeDoor, use string) {
		if n++; n%3 != 0 && os.Getenv("PROBES") != "all" {
			return
		}
		tried++
		t.Run(name, func(t *testing.T) {
			defer runtime.GC()
			first := probed(t, door, use, canaries[0])
			if data, _ := os.ReadFile("out/x"); use == probeUses[0] && string(data) != canaries[0] && !strings.HasPrefix(name, "overridden") {
				t.Errorf("the canary did not come in: %q\n%s", data, first)
			}
			if second := probed(t, door, use, canaries[1]); second != first && !door.timed {
				t.Errorf("%s: the length shows:\n%s\nand\n%s", use, first, second)
			}
		})
	}
	for _, name := range slices.Sorted(maps.Keys(probeDoors)) {
		for i, use := range probeUses {
			probe(fmt.Sprintf("%s/%d", name, i), probeDoors[name], use)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(nameDoors)) {
		for i, use := range slices.Concat(nameUses, probeUses[15:24]) {
			probe(fmt.Sprintf("name/%s/%d", name, i), nameDoors[name], use)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(brokenDoors)) {
		door := brokenDoors[name]
		for _, use := range []string{"{values: ., to: x.yaml}", "{copy: sec, to: c}", "{template: sec, to: c}", "{envsubst: sec, to: c}"} {
			if door.source == "" {
				door.source = "{secret: sec, at: s}"
			}
			probe("broken/"+name, door, use)
		}
	}
	if n < 300 || tried < n/3 {
		t.Errorf("%d of %d probes", tried, n)
	}
}

// publicSize is the size of a file that is no secret itself, with -v.
var publicSize = regexp.MustCompile(`v\.yaml, \d+ bytes`)

// probed gives all that is shown of a door and a use.
func probed(t *testing.T, door probeDoor, use, canary string) string {
	t.Helper()
	dir := t.TempDir()
	t.Chdir(dir)
	plant := func(text string) {
		for name, content := range door.files {
			put(t, dir, name, strings.ReplaceAll(content, "CANARY", text))
		}
	}
	plant(canary)
	if door.link[0] != "" {
		if err := os.Symlink(door.link[1], door.link[0]); err != nil {
			t.Fatal(err)
		}
	}
	put(t, dir, "confit.yaml", "version: 1\nsources: ["+door.source+"]\nrender: ["+use+"]\nsinks: [{dir: out}]\nlimits: {git: {time: 50ms}}\n")
	put(t, dir, "schema.json", `{"type": "object", "additionalProperties": {"type": "null"}}`)
	put(t, dir, "subst.txt", "${A} ${B}")
	var all strings.Builder
	show := func(args ...string) {
		args = append(args, door.args...)
		for i := range args {
			args[i] = strings.ReplaceAll(args[i], "CANARY", canary)
		}
		env := slices.Clone(door.env)
		for i := range env {
			env[i] = strings.ReplaceAll(env[i], "CANARY", canary)
		}
		var stdout, stderr bytes.Buffer
		status := run(args, system{stdout: &stdout, stderr: &stderr, env: env, dir: dir, exit: func(int) {}})
		text := fmt.Sprintf("%s: %d\n%s\n%s\n", strings.Join(args[:1], " "), status, &stdout, milliseconds.ReplaceAllString(stderr.String(), "in N ms"))
		text = strings.ReplaceAll(text, dir, "DIR")
		all.WriteString(publicSize.ReplaceAllString(text, "v.yaml, N bytes"))
	}
	show("validate", "--allow-env", "-v")
	show("validate", "--allow-env", "--format", "json")
	show("validate", "--allow-env", "--format", "github")
	show("report", "--allow-env", "--out", "-")
	show("explain", "--format", "json")
	show("explain")
	show("diff")
	show("render", "--out", "-", "--masked")
	show("render", "-v", "--log-format", "json")
	plant("other")
	show("diff")
	show("diff", "--format", "json")
	show("report", "--allow-env", "--out", "-")
	all.WriteString(stateIn(t, dir))
	text := all.String()
	for _, needle := range needles(canary) {
		if i := strings.Index(strings.ToLower(text), strings.ToLower(needle)); i >= 0 {
			t.Errorf("%s shows %q: …%s…", use, needle, text[max(0, i-150):min(len(text), i+60)])
		}
	}
	return text
}

// stateIn is the text of the state of a sink.
func stateIn(t *testing.T, dir string) string {
	t.Helper()
	var b strings.Builder
	names, _ := filepath.Glob(filepath.Join(dir, "out", ".confit-*", "*.json"))
	for _, name := range names {
		data, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		fmt.Fprintf(&b, "%s %s\n", filepath.Base(name), data)
	}
	return b.String()
}
