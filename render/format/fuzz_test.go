package format

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"confit/render/tree"
)

// fuzzDecoder feeds a decoder with text around a line that holds a secret: no panic, no
// secret in an error, and what was read is read again from what encode writes of it.
func fuzzDecoder(f *testing.F, decode decodeFunc, encode func(any) (string, error), secretLine string, seeds ...string) {
	for _, s := range seeds {
		f.Add(s, "")
		f.Add("", s)
		f.Add(s[:len(s)/2], s[len(s)/2:])
	}
	f.Fuzz(func(t *testing.T, before, after string) {
		if strings.Contains(before+after, "hunter") {
			return
		}
		for _, in := range []string{before + after, before + "\n" + secretLine + "\n" + after} {
			n, err := decode([]byte(in), &tree.Origin{File: "f"})
			if err != nil {
				if strings.Contains(err.Error(), "hunter") {
					t.Errorf("the error shows a value: %v\n%q", err, in)
				}
				continue
			}
			roundTrip(t, n, decode, encode)
		}
	})
}

// roundTrip encodes a tree and decodes it: the same tree, unless the format has no form for it.
func roundTrip(t *testing.T, n *tree.Node, decode decodeFunc, encode func(any) (string, error)) {
	text, err := encode(tree.Plain(n))
	if err != nil {
		if strings.Contains(err.Error(), "hunter") {
			t.Errorf("the error shows a value: %v", err)
		}
		return
	}
	back, err := decode([]byte(text), &tree.Origin{File: "again"})
	if err != nil {
		t.Fatalf("what was written is not read again: %v\n%q", err, text)
	}
	if got, want := dump(tree.Plain(back)), dump(tree.Plain(n)); got != want {
		t.Errorf("%s became %s by way of\n%s", want, got, text)
	}
}

// dump writes a value with the types of its leaves; NaN is itself.
func dump(v any) string {
	switch v := v.(type) {
	case map[string]any:
		var s strings.Builder
		s.WriteString("{")
		for _, k := range slices.Sorted(maps.Keys(v)) {
			s.WriteString(fmt.Sprintf("%q:%s,", k, dump(v[k])))
		}
		return s.String() + "}"
	case []any:
		var s strings.Builder
		s.WriteString("[")
		for _, item := range v {
			s.WriteString(dump(item) + ",")
		}
		return s.String() + "]"
	}
	return fmt.Sprintf("%s(%q)", tree.KindOf(v), fmt.Sprint(v))
}

func FuzzTOML(f *testing.F) {
	fuzzDecoder(f, DecodeTOML, EncodeTOML, `zz = "hunter2"`,
		"a = 1.10\n[b.c]\nd = [1, 'x', {e = true}]\n[[f]]\ng = 2026-01-02T03:04:05Z\n[[f]]\n",
		"x = \"\"\"\n\\u00e9\\\n  y\"\"\"\nh = 0x1F\ni = -inf\nj = 1_0e+5 # c\n\"q r\".s = ''''a'''\n")
}

func FuzzProperties(f *testing.F) {
	fuzzDecoder(f, DecodeProperties, EncodeProperties, "zz=hunter2",
		"a.b = 1\\\n  2\n# c\nc\\.d:\\u00e9\\ud83d\\ude00 \n! x\ne f\\\\\n", "a=\r\nb\\ c=\\=\\:\\#\\!\rk\t=\fv")
}

func FuzzINI(f *testing.F) {
	fuzzDecoder(f, commonINI.decodeFile, commonINI.encodeFile, "zz=hunter2", "a = 1\n[s]\n; c\nb=\" x \"\nc='\n[t]\n", "[a b]\r\nk==v;#\n\tq = \"\"")
}

func FuzzDotenv(f *testing.F) {
	fuzzDecoder(f, DecodeDotenv, EncodeEnv, "ZZ=hunter2",
		"export A='x\ny' # c\nB=\"\\n\\$\\\"\\`\n\"\nC=d # e\n", "# x\nA = b'c\nB=\\x`'\nC.d-e=")
}

func FuzzYAML(f *testing.F) {
	file := func(v any) (string, error) {
		s, err := EncodeYAML(v)
		return s + "\n", err
	}
	fuzzDecoder(f, DecodeYAML, file, `zz: "hunter2"`,
		"a: &x {b: 1.10, c: [~, 0x1F, .inf]}\nd: {<<: *x, e: !!str 1}\nf: |\n  g\n   h\n", "? a\n: - b\n  - 'c d'\n\"e\\n\": 1e3\n")
}

func FuzzJSON(f *testing.F) {
	fuzzDecoder(f, DecodeJSON, func(v any) (string, error) { return EncodeJSON(v, "", true) }, `"zz":"hunter2"`,
		`{"a":[1.10,1e400,true,null],"b":{"c":"\u00e9\ud83d\ude00","":12345678901234567890}}`, `{"x":1,`, `[[]]`)
}

// FuzzDownward formats labels as the kubelet does, and reads them again.
func FuzzDownward(f *testing.F) {
	f.Add("app", "web", "example.com/a", "x\n\"y\" = z", "a=\"b\"")
	f.Add("a", "\\", "b", "\u2028\x00", "a=`x`")
	f.Fuzz(func(t *testing.T, k1, v1, k2, v2, raw string) {
		if _, err := DecodeDownward([]byte(raw+"\nzz=hunter2"), &tree.Origin{}); err == nil || strings.Contains(err.Error(), "hunter2") && !strings.Contains(raw, "hunter2") {
			t.Errorf("DecodeDownward(%q) = %v", raw, err)
		}
		m := map[string]any{k1: strings.ToValidUTF8(v1, ""), k2: strings.ToValidUTF8(v2, "")}
		var lines []string
		for _, k := range slices.Sorted(maps.Keys(m)) {
			if k == "" || strings.ContainsAny(k, "=\n\r") || strings.ToValidUTF8(k, "") != k || strings.HasPrefix(k, byteOrderMark) {
				return // no key of a label or an annotation
			}
			lines = append(lines, fmt.Sprintf("%s=%q", k, m[k]))
		}
		n, err := DecodeDownward([]byte(strings.Join(lines, "\n")), &tree.Origin{})
		if err != nil || dump(tree.Plain(n)) != dump(m) {
			t.Errorf("%q gave %v, want %s", lines, err, dump(m))
		}
	})
}
