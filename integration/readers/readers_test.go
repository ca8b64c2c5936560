package readers

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/compose-spec/compose-go/v2/dotenv"
	"github.com/joho/godotenv"
	"gopkg.in/ini.v1"

	"confit/render/format"
)

const count = 10_000 // random maps a dialect

// A reader reads files as a program does; a nil map means that the program refuses the file.
type reader func(t *testing.T, texts []string) []map[string]string

// each makes a reader of a Go function.
func each(read func(string) (map[string]string, error)) reader {
	return func(_ *testing.T, texts []string) []map[string]string {
		out := make([]map[string]string, len(texts))
		for i, text := range texts {
			if m, err := read(text); err == nil {
				out[i] = m
			}
		}
		return out
	}
}

// script makes a reader of a program that reads a JSON list of files.
func script[T any](convert func(T) map[string]string, command ...string) reader {
	return func(t *testing.T, texts []string) []map[string]string {
		var read []*T
		runScript(t, texts, &read, command...)
		out := make([]map[string]string, len(read))
		for i, m := range read {
			if m != nil {
				out[i] = convert(*m)
			}
		}
		return out
	}
}

func runScript(t *testing.T, in, out any, command ...string) {
	t.Helper()
	data, err := json.Marshal(in)
	if err != nil {
		t.Fatal(err)
	}
	c := exec.Command(command[0], command[1:]...)
	c.Stdin, c.Stderr = bytes.NewReader(data), os.Stderr
	if data, err = c.Output(); err != nil {
		t.Fatalf("%v: %v", command, err)
	}
	if err := json.Unmarshal(data, out); err != nil {
		t.Fatalf("%v: %v", command, err)
	}
}

type sections map[string]map[string]string

func section(m sections) map[string]string { return m["s"] }

func same(m map[string]string) map[string]string { return m }

var (
	goINI = each(func(text string) (map[string]string, error) {
		f, err := ini.Load([]byte(text))
		if err != nil {
			return nil, err
		}
		m := map[string]string{}
		for _, k := range f.Section("s").Keys() {
			m[k.Name()] = k.String()
		}
		return m, nil
	})
	php      = script(section, "php", "testdata/read.php")
	python   = script(section, "/usr/bin/python3", "testdata/read.py", "ini")
	node     = script(same, "node", "testdata/read.js")
	compose  = each(func(text string) (map[string]string, error) { return dotenv.UnmarshalWithLookup(text, nil) })
	godotEnv = each(godotenv.Unmarshal)
)

// shell sources the files and prints the variables k0 to k3.
func shell(t *testing.T, texts []string) []map[string]string {
	t.Helper()
	dir := t.TempDir()
	for i, text := range texts {
		if err := os.WriteFile(filepath.Join(dir, fmt.Sprintf("%06d", i)), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	data, err := exec.Command("dash", "-c", `for f in "$0"/*; do k0= k1= k2= k3=; . "$f"; printf '%s\001%s\001%s\001%s\002' "$k0" "$k1" "$k2" "$k3"; done`, dir).Output()
	if err != nil {
		t.Fatal(err)
	}
	var out []map[string]string
	for _, record := range strings.Split(strings.TrimSuffix(string(data), "\002"), "\002") {
		m := map[string]string{}
		for i, value := range strings.Split(record, "\001") {
			m["k"+strconv.Itoa(i)] = value
		}
		out = append(out, m)
	}
	return out
}

// java loads the files with java.util.Properties.
func java(t *testing.T, texts []string) []map[string]string {
	t.Helper()
	dir := t.TempDir()
	for i, text := range texts {
		if err := os.WriteFile(filepath.Join(dir, fmt.Sprintf("%06d", i)), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	data, err := exec.Command("java", "testdata/Read.java", dir).Output()
	if err != nil {
		t.Fatal(err)
	}
	var out []map[string]string
	for _, record := range strings.Split(strings.TrimSuffix(string(data), "\003"), "\003") {
		m := map[string]string{}
		for _, pair := range strings.Split(record, "\001")[1:] {
			key, value, _ := strings.Cut(pair, "\002")
			m[key] = value
		}
		out = append(out, m)
	}
	return out
}

// TestText: a reader reads from a file of random texts what the values hold, or confit refuses
// to write it. Some may refuse a file, loudly, that is written for all readers.
func TestText(t *testing.T) {
	for name, c := range map[string]struct {
		readers  []reader
		mayFail  []reader
		alphabet string
	}{
		"ini":            {readers: []reader{goINI}, mayFail: []reader{php, python}},
		"ini go-ini":     {readers: []reader{goINI}},
		"ini php":        {readers: []reader{php}},
		"ini python":     {readers: []reader{python}},
		"env":            {readers: []reader{compose, godotEnv, node, shell}},
		"env compose":    {readers: []reader{compose}},
		"env node":       {readers: []reader{node}},
		"env shell":      {readers: []reader{shell}},
		"kubernetes-env": {readers: []reader{kubeletFiles}},
		"properties":     {readers: []reader{java}},
		"properties all": {readers: []reader{java}},
	} {
		t.Run(name, func(t *testing.T) {
			base, dialect, _ := strings.Cut(name, " ")
			f := format.ByName(base)
			switch dialect {
			case "all":
				f = f.Flat
			default:
				f = f.Dialect(dialect)
			}
			maps, texts := written(f, base == "ini")
			if len(texts) < count/20 {
				t.Fatalf("confit wrote %d files of %d", len(texts), count)
			}
			for i, read := range slices.Concat(c.readers, c.mayFail) {
				compare(t, fmt.Sprintf("%s: reader %d", name, i), maps, texts, read(t, texts), i >= len(c.readers))
			}
		})
	}
}

func compare(t *testing.T, name string, want []map[string]string, texts []string, got []map[string]string, mayFail bool) {
	t.Helper()
	if len(got) != len(want) {
		t.Fatalf("%s read %d files of %d", name, len(got), len(want))
	}
	wrong := 0
	for i := range want {
		if got[i] == nil && mayFail {
			continue
		}
		if !maps.Equal(got[i], want[i]) {
			if wrong++; wrong <= 5 {
				t.Errorf("%s reads %q from\n%s\nwant %q", name, got[i], texts[i], want[i])
			}
		}
	}
	if wrong > 5 {
		t.Errorf("%s: %d wrong of %d", name, wrong, len(want))
	}
}

// written encodes random maps and returns those that have a form, with it.
func written(f *format.Format, sections bool) ([]map[string]string, []string) {
	r := rand.New(rand.NewPCG(1, 2))
	var want []map[string]string
	var texts []string
	for range count {
		m, v := map[string]string{}, map[string]any{}
		for k := range 4 {
			key := "k" + strconv.Itoa(k)
			m[key] = randomText(r)
			v[key] = m[key]
		}
		var whole any = v
		if sections {
			whole = map[string]any{"s": v}
		}
		if text, err := f.Encode(whole); err == nil {
			want, texts = append(want, m), append(texts, text+"\n")
		}
	}
	return want, texts
}

// randomText is short, and has at most one of the signs that readers give a meaning to, or
// many.
func randomText(r *rand.Rand) string {
	const letters, signs = "abcxyz019", " #;=:'\"`$%\\{}()[]!&|^~<>@*?,./+-_\t\né"
	odds := 4
	if r.IntN(4) == 0 {
		odds = 40
	}
	all := []rune(signs)
	var b strings.Builder
	for range r.IntN(8) {
		if r.IntN(100) < odds {
			b.WriteRune(all[r.IntN(len(all))])
		} else {
			b.WriteByte(letters[r.IntN(len(letters))])
		}
	}
	return b.String()
}
