package kubelet_test

import (
	"strings"
	"testing"

	"confit/integration/judged"
)

// TestJudged holds the package to the answers of the kubelet, which integration/judge has
// asked for.
func TestJudged(t *testing.T) {
	cases, err := judged.Read("testdata/judged.json.zst")
	if err != nil {
		t.Fatal(err)
	}
	kinds := map[string]int{}
	for i, c := range cases {
		kinds[c.Kind()]++
		if diffs := c.Differences(); len(diffs) > 0 {
			t.Errorf("case %d:\n%s\n%s", i, strings.Join(diffs, "\n"), c.Manifest)
		}
	}
	for _, kind := range []string{"runs", "stops", "waits", "refused"} {
		if kinds[kind] < 50 {
			t.Errorf("%d cases of the kind %s, want 50 at least", kinds[kind], kind)
		}
	}
}
