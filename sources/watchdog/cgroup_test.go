package watchdog

import (
	"testing"
	"testing/fstest"

	"confit/render/specfile"
)

func TestContainerMemory(t *testing.T) {
	const v1, v2 = "sys/fs/cgroup/memory", "sys/fs/cgroup"
	for name, c := range map[string]struct {
		files map[string]string
		want  specfile.Size
	}{
		"no groups":                 {nil, 0},
		"v2, own namespace":         {map[string]string{"proc/self/cgroup": "0::/\n", v2 + "/memory.max": "1000\n"}, 1000},
		"v2, unlimited":             {map[string]string{"proc/self/cgroup": "0::/\n", v2 + "/memory.max": "max\n"}, 0},
		"v2, path of the host":      {map[string]string{"proc/self/cgroup": "0::/kubepods/pod1/c1\n", v2 + "/memory.max": "1000\n"}, 1000},
		"v2, outside the namespace": {map[string]string{"proc/self/cgroup": "0::/../c2\n", v2 + "/memory.max": "1000\n"}, 1000},
		"v2, the pod has less": {map[string]string{
			"proc/self/cgroup": "0::/pod1/c1\n", v2 + "/pod1/c1/memory.max": "2000\n", v2 + "/pod1/memory.max": "1000\n",
		}, 1000},
		"v1, path of the host": {map[string]string{"proc/self/cgroup": "5:cpu:/x\n4:memory:/kubepods/c1\n", v1 + "/memory.limit_in_bytes": "1000\n"}, 1000},
		"v1, several":          {map[string]string{"proc/self/cgroup": "4:hugetlb,memory:/c1\n", v1 + "/c1/memory.limit_in_bytes": "1000\n"}, 1000},
		"v1, unlimited":        {map[string]string{"proc/self/cgroup": "4:memory:/\n", v1 + "/memory.limit_in_bytes": "9223372036854771712\n"}, 0},
		"both": {map[string]string{
			"proc/self/cgroup": "4:memory:/c1\n0::/c1\n", v1 + "/c1/memory.limit_in_bytes": "1000\n", v2 + "/c1/memory.max": "max\n",
		}, 1000},
		"nonsense": {map[string]string{"proc/self/cgroup": "x\n\n4:memory\n0::\n", v2 + "/memory.max": "-1\n"}, 0},
	} {
		t.Run(name, func(t *testing.T) {
			host := fstest.MapFS{}
			for file, text := range c.files {
				host[file] = &fstest.MapFile{Data: []byte(text)}
			}
			if got := containerMemory(host); got != c.want {
				t.Errorf("%d, want %d", got, c.want)
			}
		})
	}
}
