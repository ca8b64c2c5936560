package sinks

import "testing"

func TestCompareSecrets(t *testing.T) {
	const two = "user=MASKED\npw=MASKED\n"
	for name, c := range map[string]struct {
		oldMasked, old, newMasked, new string
		want                           bool
	}{
		"only a secret":             {"pw=MASKED\n", "pw=a\n", "pw=MASKED\n", "pw=b\n", true},
		"another line only":         {"port=1\npw=MASKED\n", "port=1\npw=a\n", "port=2\npw=MASKED\n", "port=2\npw=a\n", false},
		"both":                      {"port=1\npw=MASKED\n", "port=1\npw=a\n", "port=2\npw=MASKED\n", "port=2\npw=b\n", true},
		"both in one line":          {"port=1 pw=MASKED", "port=1 pw=a", "port=2 pw=MASKED", "port=2 pw=b", true},
		"beside it in its line":     {"port=1 pw=MASKED", "port=1 pw=a", "port=2 pw=MASKED", "port=2 pw=a", false},
		"between two in a line":     {"MASKED@h1:MASKED", "u@h1:p", "MASKED@h2:MASKED", "u@h2:p", false},
		"one of two in a line":      {"MASKED@h1:MASKED", "u@h1:p", "MASKED@h2:MASKED", "u@h2:q", true},
		"one secret more":           {two, "user=u\npw=p\n", two + "key=MASKED\n", "user=u\npw=p\nkey=k\n", false},
		"one more, and another one": {two, "user=u\npw=p\n", two + "key=MASKED\n", "user=u\npw=q\nkey=k\n", true},
		"one secret less":           {two, "user=u\npw=p\n", "pw=MASKED\n", "pw=p\n", false},
		"swapped":                   {two + "a\n", "user=u\npw=p\na\n", two + "b\n", "user=p\npw=u\nb\n", true},
		"several lines":             {"a=1\nkey: MASKED\n", "a=1\nkey: |\n  x\n  y\n", "a=2\nkey: MASKED\n", "a=2\nkey: |\n  x\n  z\n", true},
		"several lines, the same":   {"a=1\nkey: MASKED\n", "a=1\nkey: |\n  x\n  y\n", "a=2\nkey: MASKED\n", "a=2\nkey: |\n  x\n  y\n", false},
		"base64":                    {"a=1\npw: TUFTS0VE\n", "a=1\npw: Zm9v\n", "a=2\npw: TUFTS0VE\n", "a=2\npw: YmFy\n", true},
		"base64, the same":          {"a=1\npw: TUFTS0VE\n", "a=1\npw: Zm9v\n", "a=2\npw: TUFTS0VE\n", "a=2\npw: Zm9v\n", false},
		"the mask itself":           {"a=1\npw=MASKED\n", "a=1\npw=MASKED\n", "a=2\npw=MASKED\n", "a=2\npw=MASKED\n", false},
	} {
		t.Run(name, func(t *testing.T) {
			ch := Change{Kind: Update, Differs: c.old != c.new, before: shown{text: []byte(c.oldMasked)}, after: shown{text: []byte(c.newMasked)}}
			if ch.compareSecrets([]byte(c.old), []byte(c.new)); ch.Secrets != c.want {
				t.Errorf("compareSecrets(%q, %q) = %v, want %v", c.old, c.new, ch.Secrets, c.want)
			}
		})
	}
}
