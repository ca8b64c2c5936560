package readers

import (
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"testing"

	"confit/render/format"
)

// mutated makes variants of texts: with a few pieces inserted or cut out.
func mutated(seeds, pieces []string) []string {
	r := rand.New(rand.NewPCG(3, 4))
	all := append([]string{}, seeds...)
	for len(all) < count {
		s := seeds[r.IntN(len(seeds))]
		for range 1 + r.IntN(2) {
			at := r.IntN(len(s) + 1)
			if r.IntN(3) == 0 {
				s = s[:at] + s[min(at+1+r.IntN(3), len(s)):]
			} else {
				s = s[:at] + pieces[r.IntN(len(pieces))] + s[at:]
			}
		}
		all = append(all, s)
	}
	return all
}

// TestTOML: a strict reader of TOML 1.0 reads every file that passes confit's check.
func TestTOML(t *testing.T) {
	texts := mutated([]string{
		"a = 1\n[b]\nc = \"x\\u00e9\"\nd = [1, 2,\n # c\n]\n",
		"t = 07:32:00\nd = 2026-01-31\ndt = 2026-01-31T07:32:00.5+01:00\n",
		"i = {a = 1, b.c = 'x', d = [1,\n2]}\n[[l]]\nx = 0x1F\n[[l]]\ny = 1_000.5e3\n",
		"m = \"\"\"\na\\\n  b\"\"\"\nn = '''\nx'''\n\"q r\" = true\ns.t = inf\n",
	}, []string{"\n", ",", " ", "\"", "'", "\\x33", "\\e", "\\u0041", "[", "]", "{", "}", "=", ".", "#", "0", "_", ":30", "+24:00", "Z", "-", "e", "\t", "\r", "\x7f"})
	var passed []string
	for _, text := range texts {
		if format.ByName("toml").Check([]byte(text), nil) == nil {
			passed = append(passed, text)
		}
	}
	if len(passed) < count/10 {
		t.Fatalf("%d texts passed", len(passed))
	}
	var read []any
	runScript(t, passed, &read, "/usr/bin/python3", "testdata/read.py", "toml")
	for i, v := range read {
		if v == nil {
			t.Errorf("Python refuses %q", passed[i])
		}
	}
}

// TestXML: Java's parser and confit's check agree on which files are well-formed.
func TestXML(t *testing.T) {
	texts := mutated([]string{
		"<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<a b=\"1\"><c/>x &amp; y</a>\n",
		"<?xml version='1.1'?><hudson><n>2</n></hudson>",
		"<!DOCTYPE s [<!ENTITY v \"x\">]>\n<s>&v;<!-- c --></s>",
		"<r><![CDATA[<x>]]><?pi y?>&#65;</r>",
	}, []string{"<", ">", "&", "'", "\"", "/", " ", "x", "<b/>", "</a>", "&lt;", "--", "]]>", "=", "\n", "<?xml version='1.0'?>", "&v;", "!", "?"})
	// Java knows no other encodings, and checks the text of entities.
	other := regexp.MustCompile(`encoding="[^"]*"|ENTITY[^>]*[]<&][^>]*>`)
	texts = slices.DeleteFunc(texts, func(s string) bool {
		m := other.FindString(s)
		return m != "" && m != `encoding="UTF-8"`
	})
	dir := t.TempDir()
	for i, text := range texts {
		if err := os.WriteFile(filepath.Join(dir, fmt.Sprintf("%06d", i)), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	read, err := exec.Command("java", "testdata/Xml.java", dir).Output()
	if err != nil || len(read) != len(texts) {
		t.Fatalf("%d results: %v", len(read), err)
	}
	wrong := 0
	for i, text := range texts {
		v := format.ByName("xml").Check([]byte(text), nil)
		if v == nil && read[i] == '-' {
			if wrong++; wrong < 25 {
				t.Errorf("Java refuses %q", text)
			}
		}
		if v != nil && read[i] == '+' {
			if wrong++; wrong < 25 {
				t.Errorf("confit refuses %q: %s", text, v.Text)
			}
		}
	}
	if wrong > 0 {
		t.Errorf("%d of %d", wrong, len(texts))
	}
}
