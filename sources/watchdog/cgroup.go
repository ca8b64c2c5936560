package watchdog

import (
	"io/fs"
	"path"
	"strconv"
	"strings"

	"confit/render/specfile"
)

// unlimited is where a limit of cgroup v1 says none.
const unlimited = 1 << 60

// containerMemory is the least limit on the memory of our control group and of those
// that it is in, of version 1, 2 or both; 0 is none. In a container the path that
// /proc names may lead nowhere, and our own group is the root of what is mounted:
// the way up to the root finds either.
func containerMemory(host fs.FS) specfile.Size {
	groups, _ := fs.ReadFile(host, "proc/self/cgroup")
	least := specfile.Size(unlimited)
	for line := range strings.Lines(string(groups)) {
		fields := strings.SplitN(strings.TrimSpace(line), ":", 3) // number:controllers:path
		if len(fields) < 3 {
			continue
		}
		switch {
		case fields[1] == "":
			least = min(least, groupLimit(host, "sys/fs/cgroup", fields[2], "memory.max"))
		case strings.Contains(","+fields[1]+",", ",memory,"):
			least = min(least, groupLimit(host, "sys/fs/cgroup/memory", fields[2], "memory.limit_in_bytes"))
		}
	}
	if least == unlimited {
		return 0
	}
	return least
}

// groupLimit is the least number in the files of that name, from the group up to where
// groups are mounted.
func groupLimit(host fs.FS, mount, group, file string) specfile.Size {
	least := specfile.Size(unlimited)
	for dir := path.Clean("/" + group); ; dir = path.Dir(dir) {
		text, _ := fs.ReadFile(host, path.Join(mount, dir, file))
		if n, err := strconv.ParseInt(strings.TrimSpace(string(text)), 10, 64); err == nil && n > 0 {
			least = min(least, specfile.Size(n))
		}
		if dir == "/" {
			return least
		}
	}
}
