package readers

import (
	"encoding/json"
	"math/rand/v2"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"k8s.io/kubernetes/pkg/kubelet/util/env"

	"confit/render/format"
)

// A kubeletCase is an env file, and what the kubelet finds in it for each of the keys.
type kubeletCase struct {
	File string            `json:"file"` // … stands for the long run of letters
	Long int               `json:"long,omitempty"`
	Vars map[string]string `json:"vars"` // the keys that the kubelet finds, empty ones too where they hide a later one
	Fail []string          `json:"fail"` // the keys at which the kubelet gives up
}

var kubeletKeys = []string{"A", "B", "C", "A B", "a.b-c", "export A", "\ufeffA", "\u00a0A", "#", "other"}

// kubelet has the kubelet look for each key in a file, which it writes to dir.
func kubelet(t *testing.T, dir, text string, keys ...string) (vars map[string]string, fail []string) {
	t.Helper()
	name := filepath.Join(dir, "env")
	if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	vars = map[string]string{}
	for _, key := range keys {
		switch value, err := env.ParseEnv(name, key); {
		case err != nil:
			fail = append(fail, key)
		case value != "":
			vars[key] = value
		}
	}
	return vars, fail
}

// TestKubeletTable holds the table that the tests of the parser use against the kubelet.
func TestKubeletTable(t *testing.T) {
	const name = "../../render/format/testdata/kubernetes-env.json"
	data, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	var table, now []kubeletCase
	if err := json.Unmarshal(data, &table); err != nil {
		t.Fatal(err)
	}
	for _, c := range table {
		got := kubeletCase{File: c.File, Long: c.Long}
		got.Vars, got.Fail = kubelet(t, t.TempDir(), strings.ReplaceAll(c.File, "…", strings.Repeat("x", c.Long)), kubeletKeys...)
		for key, value := range got.Vars {
			got.Vars[key] = strings.ReplaceAll(value, strings.Repeat("x", max(c.Long, 9)), "…")
		}
		now = append(now, got)
	}
	if os.Getenv("UPDATE") != "" {
		data, err := json.MarshalIndent(now, "", " ")
		if err == nil {
			err = os.WriteFile(name, append(data, '\n'), 0o644)
		}
		if err != nil {
			t.Fatal(err)
		}
		return
	}
	if !reflect.DeepEqual(now, table) {
		t.Errorf("%s is not what the kubelet says: run it with UPDATE=1, and read the diff", name)
	}
}

// TestKubeletParser compares the parser with the kubelet on random files.
func TestKubeletParser(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	pieces := []string{"A", "B", "=", "='", "'", "'\n", "\n", " ", "\t", "#", "x", "y z", "\r", "\r\n", "A='x'\n", "B='y' # c\n", "B='\n", "é", "\x00"}
	dir, agreed := t.TempDir(), map[bool]int{}
	for range count {
		var b strings.Builder
		for range 1 + r.IntN(10) {
			b.WriteString(pieces[r.IntN(len(pieces))])
		}
		vars, fail := kubelet(t, dir, b.String(), "A", "B")
		got, err := format.ParseKubernetesEnv([]byte(b.String()))
		for _, key := range []string{"A", "B"} {
			_, found := got[key]
			fails := len(fail) > 0 && (fail[0] == key || fail[len(fail)-1] == key)
			if got[key] != vars[key] || (err != nil && !found) != fails {
				t.Errorf("%q: %s is %q, %v; the kubelet says %q, %v", b.String(), key, got[key], err, vars[key], fail)
			}
			agreed[fails]++
		}
	}
	if agreed[true] < count/10 || agreed[false] < count/10 {
		t.Errorf("the files are all of one kind: %v", agreed)
	}
}

// kubeletFiles reads files as the kubelet does for four references.
func kubeletFiles(t *testing.T, texts []string) []map[string]string {
	dir, out := t.TempDir(), make([]map[string]string, len(texts))
	for i, text := range texts {
		if vars, fail := kubelet(t, dir, text, "k0", "k1", "k2", "k3"); fail == nil {
			out[i] = vars
		}
	}
	return out
}
