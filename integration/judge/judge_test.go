package judge

import (
	"flag"
	"maps"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/go-logr/logr"
	"k8s.io/klog/v2"

	"confit/integration/judged"
)

var (
	pods   = flag.Int("pods", 20_000, "how many pods are judged")
	seed   = flag.Uint64("seed", 1, "the first seed")
	update = flag.Bool("update", false, "write the answers for the test of sources/kubelet")
)

// kept is how many answers the test of sources/kubelet is held to.
const kept = 2000

const keptFile = "../../sources/kubelet/testdata/judged.json.zst"

func newJudge(t *testing.T, dir string) *Judge {
	j := &Judge{}
	o := func() *objects { return j.objects }
	j.kubelet = newKubelet(o)
	j.volumes = newVolumes(t, dir, o)
	return j
}

// TestJudge holds confit to the answers of the kubelet for generated pods.
func TestJudge(t *testing.T) {
	klog.SetLogger(logr.Discard())
	dir := t.TempDir()
	if shm, err := os.MkdirTemp("/dev/shm", "judge"); err == nil {
		dir = shm
		t.Cleanup(func() { os.RemoveAll(shm) })
	}
	kinds := map[string]int{}
	var j *Judge
	var cases []judged.Case
	different := 0
	for n := range *pods {
		if n%200 == 0 {
			j = newJudge(t, dir)
		}
		g := newGenerator(*seed, uint64(n))
		text, err := g.print(g.objects())
		if err != nil {
			t.Fatal(err)
		}
		c := judged.Case{Manifest: text, Answer: j.Answer(text)}
		kinds[c.Kind()]++
		if diffs := c.Differences(); len(diffs) > 0 {
			if different++; different <= 25 {
				t.Errorf("pod %d:\n%s\n%s", n, strings.Join(diffs, "\n"), text)
			}
		}
		if n < kept {
			cases = append(cases, c)
		}
	}
	for _, kind := range slices.Sorted(maps.Keys(kinds)) {
		t.Logf("%s: %d", kind, kinds[kind])
	}
	t.Logf("%d pods, %d differences", *pods, different)
	if *update && different == 0 {
		if err := judged.Write(keptFile, cases); err != nil {
			t.Fatal(err)
		}
	}
}
