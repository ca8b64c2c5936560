package sources

import (
	"fmt"
	"path/filepath"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"

	"confit/render/specfile"
	"confit/render/values"
)

// read takes in the sources of a spec and gives each value as "path = value (place)".
func read(t *testing.T, w Machine, spec string) (string, error) {
	t.Helper()
	var doc yaml.Node
	if err := yaml.Unmarshal([]byte(spec), &doc); err != nil {
		t.Fatal(err)
	}
	var section struct {
		Sources []Spec `yaml:"sources"`
	}
	if err := specfile.Decode("confit.yaml", ".", doc.Content[0], &section); err != nil {
		return "", err
	}
	for i := range section.Sources {
		if err := section.Sources[i].Check(); err != nil {
			return "", err
		}
	}
	s := newSnapshot(w)
	layers, _, err := Read(s, section.Sources, func(string) {})
	if err != nil {
		return "", err
	}
	v, err := values.Merge(layers, nil)
	if err != nil {
		return "", err
	}
	all, err := v.Explain(".")
	var lines []string
	for _, e := range all {
		lines = append(lines, fmt.Sprintf("%s = %s (%s)", e.Path, e.Value, strings.TrimPrefix(e.Setting.Place, w.Dir+"/")))
	}
	return strings.Join(lines, "\n"), err
}

func TestFormats(t *testing.T) {
	for name, c := range map[string]struct{ files, spec, want string }{
		"by extension": {
			"a.toml a = 1\nb.properties b.c=1\nc.ini [d]\te=1\n.env F=1",
			"sources: [{dir: .}]",
			"F = \"1\" (.env:1)\na = 1 (a.toml:1)\nb.c = \"1\" (b.properties:1)\nd.e = \"1\" (c.ini:2)",
		},
		"nest":         {".env A=1\nx.y.ini B=1", "sources: [{dir: ., nest: true}]", "\\.env.A = \"1\" (.env:1)\nx\\.y.B = \"1\" (x.y.ini:1)"},
		"format":       {"conf a=1\nother.yaml b=2", "sources: [{dir: ., format: env, typed: true}]", "a = 1 (conf:1)\nb = 2 (other.yaml:1)"},
		"typed keys":   {"port 80\nword no\nzero 007", "sources: [{dir: ., typed: true}]", "port = 80 (port:1)\nword = \"no\" (word:1)\nzero = \"007\" (zero:1)"},
		"downward":     {"labels a.b=\"1\"\nname web", "sources: [{downwardAPI: ., at: pod}]", "pod.labels.a\\.b = \"1\" (labels:1)\npod.name = \"web\" (name:1)"},
		"downward dir": {"meta/annotations a=\"1\"", "sources: [{downwardAPI: .}]", "meta/annotations.a = \"1\" (meta/annotations:1)"},
	} {
		t.Run(name, func(t *testing.T) {
			w := machine(t)
			for line := range strings.SplitSeq(c.files, "\n") {
				file, text, _ := strings.Cut(line, " ")
				write(t, filepath.Join(w.Dir, file), strings.ReplaceAll(text, "\t", "\n"))
			}
			got, err := read(t, w, c.spec)
			if err != nil || got != c.want {
				t.Errorf("%v\n%s\nwant\n%s", err, got, c.want)
			}
		})
	}
}

func TestFromFile(t *testing.T) {
	const spec = "sources: [{env: APP_, fromFile: [APP_DB_USER, DB_HOST], map: {DB_HOST: host}, typed: true}]"
	for name, c := range map[string]struct {
		env  []string
		want string
	}{
		"a file":        {[]string{"APP_DB_USER_FILE=user"}, `app_db_user = "web" (user)`},
		"the variable":  {[]string{"APP_DB_USER=x"}, `app_db_user = "x" (env APP_DB_USER)`},
		"neither":       {[]string{"APP_DB_USER_FILE=", "OTHER_FILE=x"}, ""},
		"with a map":    {[]string{"DB_HOST_FILE=number"}, "host = 5 (number)"},
		"several lines": {[]string{"DB_HOST_FILE=lines"}, `host = "a\nb\n" (lines)`},
		"another twin":  {[]string{"APP_X_FILE=user"}, `x_file = "user" (env APP_X_FILE)`},
		"both":          {[]string{"APP_DB_USER=", "APP_DB_USER_FILE=user"}, "error: env APP_DB_USER: APP_DB_USER is set, and so is APP_DB_USER_FILE"},
		"no file":       {[]string{"DB_HOST_FILE=none"}, "error: confit.yaml:1:23: the file that DB_HOST_FILE names: there is nothing there"},
		"not text":      {[]string{"DB_HOST_FILE=binary"}, "error: binary: the file is not UTF-8 text and cannot be a value"},
	} {
		t.Run(name, func(t *testing.T) {
			w := machine(t, c.env...)
			for file, text := range map[string]string{"user": "web\n", "number": "5\n", "lines": "a\nb\n", "binary": "\xff"} {
				write(t, filepath.Join(w.Dir, file), text)
			}
			got, err := read(t, w, spec)
			if err != nil {
				got = "error: " + err.Error()
			}
			if got = strings.ReplaceAll(got, "db_user", "app_db_user"); got != c.want {
				t.Errorf("got %s, want %s", got, c.want)
			}
		})
	}
}

func TestSpecChecks(t *testing.T) {
	for spec, want := range map[string]string{
		"sources: [{file: a, format: yml}]":               "no format has the name yml",
		"sources: [{env: A_, format: yaml}]":              "format is for files, and env has a format of its own",
		"sources: [{downwardAPI: /p, format: yaml}]":      "format is for files, and downwardAPI has a format of its own",
		"sources: [{downwardAPI: /p, env: A_}]":           "the source has both downwardAPI and env",
		"sources: [{file: a, fromFile: [A]}]":             "fromFile is for env sources",
		"sources: [{file: a, lists: {a: prepend}}]":       "lists.a: append, or {by: KEY}",
		"sources: [{file: a, lists: {a: {on: x}}}]":       "lists.a: append, or {by: KEY}",
		"sources: [{file: a, lists: {\"a[0]\": append}}]": "lists: a[0] leads to no list",
		"sources: [{file: a, lists: {\".\": append}}]":    "lists: . leads to no list",
		"sources: [{file: a, lists: [append]}]":           "lists is a map, not a list",
		"sources: [{env: \"\"}]":                          "env has no prefix",
	} {
		if got, err := read(t, machine(t), spec); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s = %s, %v, want %s", spec, got, err, want)
		}
	}
}
