package pod

import (
	"encoding/json"
	"os"
	"strings"
	"testing"
)

// TestEnvFile holds the runner against the answers of the kubelet's own parser.
func TestEnvFile(t *testing.T) {
	data, err := os.ReadFile("../../render/format/testdata/kubernetes-env.json")
	if err != nil {
		t.Fatal(err)
	}
	var table []struct {
		File string
		Long int
		Vars map[string]string
		Fail []string
	}
	if err := json.Unmarshal(data, &table); err != nil || len(table) < 50 {
		t.Fatalf("%d rows, %v", len(table), err)
	}
	for _, c := range table {
		long := strings.Repeat("x", c.Long)
		text := strings.ReplaceAll(c.File, "…", long)
		for key, want := range c.Vars {
			got, err := envFileKey(strings.NewReader(text), key)
			if want = strings.ReplaceAll(want, "…", long); err != nil || got != want {
				t.Errorf("%.40q: %s is %.40q, %v, want %.40q", text, key, got, err, want)
			}
		}
		for _, key := range c.Fail {
			if got, err := envFileKey(strings.NewReader(text), key); err == nil {
				t.Errorf("%.40q: %s is %.40q, and the kubelet fails", text, key, got)
			}
		}
	}
}
