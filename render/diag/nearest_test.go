package diag

import (
	"slices"
	"strings"
	"testing"
)

func TestNearest(t *testing.T) {
	long := strings.Repeat("a", maxCompared+1)
	for name, c := range map[string]struct {
		want  string
		names []string
		near  []string
	}{
		"a typing error":      {"prot", []string{"host", "port", "name"}, []string{"port"}},
		"another case":        {"PORT", []string{"port"}, []string{"port"}},
		"a part":              {"host", []string{"dbHostName", "x"}, []string{"dbHostName"}},
		"three at most":       {"aa", []string{"ab", "ac", "ad", "ae"}, []string{"ab", "ac", "ad"}},
		"the closest first":   {"abcdef", []string{"abcxxf", "abcdex"}, []string{"abcdex", "abcxxf"}},
		"nothing near":        {"port", []string{"verylongname", "x"}, nil},
		"long, but the same":  {long, []string{strings.ToUpper(long)}, []string{strings.ToUpper(long)}},
		"too long to compare": {long, []string{long[1:] + "b", long + "b"}, nil},
	} {
		t.Run(name, func(t *testing.T) {
			if got := Nearest(c.want, c.names); !slices.Equal(got, c.near) {
				t.Errorf("Nearest(%.20q, %.40q) = %.20q, want %.20q", c.want, c.names, got, c.near)
			}
		})
	}
}

func TestMisspelt(t *testing.T) {
	for want, is := range map[string]bool{"featurs": true, "Features": true, "tls": false, "e": false, "ON": true, "no": false, "features2": true, "feature flags": false} {
		if got := Misspelt(want, []string{"features", "d", "on"}); got != is {
			t.Errorf("Misspelt(%q) = %v, want %v", want, got, is)
		}
	}
}
