package notify

import (
	"fmt"
	"os"
	"path/filepath"
	"sort"
	"strconv"
	"strings"
	"syscall"

	"confit/render/diag"
)

// A process is what /proc says of one.
type process struct {
	pid, parent int
	uid         uint32 // of the topmost process only
	command     string // the kernel's name of it, cut to 15 bytes
	program     string // the last name of its first argument
	started     string // in clock ticks since the boot
}

// maxCommand is how much of a name the kernel keeps.
const maxCommand = 15

// isNamed tells whether a process has a name. A program may have set a title of its own, and
// an interpreter has the name of the interpreter.
func (p process) isNamed(name string) bool {
	return p.program == name || p.command == name[:min(len(name), maxCommand)]
}

// topmostNamed finds the one process of a name that has no ancestor of that name.
func topmostNamed(proc, name string) (process, error) {
	entries, err := os.ReadDir(proc)
	if err != nil {
		return process{}, &diag.Problem{Cause: diag.CauseRemote, Code: "notify", Text: "the processes cannot be listed", Err: err}
	}
	all := map[int]process{}
	for _, e := range entries {
		if pid, err := strconv.Atoi(e.Name()); err == nil && pid != os.Getpid() {
			if p, ok := readProcess(proc, pid); ok {
				all[pid] = p
			}
		}
	}
	var tops []process
	for _, p := range all {
		if p.isNamed(name) && !hasAncestorNamed(p, name, all) {
			tops = append(tops, p)
		}
	}
	sort.Slice(tops, func(i, j int) bool { return tops[i].pid < tops[j].pid })
	switch len(tops) {
	case 1:
		tops[0].uid = owner(proc, tops[0].pid)
		return tops[0], nil
	case 0:
		return process{}, &diag.Problem{
			Cause: diag.CauseRemote, Code: "notify", Text: "no process has the name " + diag.Quoted(name),
			Hint: "set shareProcessNamespace: true on the pod; the name is that which ps shows in the container",
		}
	}
	return process{}, &diag.Problem{
		Cause: diag.CauseRemote, Code: "notify",
		Text: fmt.Sprintf("several processes have the name %s, and none is above the others: %d and %d", diag.Quoted(name), tops[0].pid, tops[1].pid),
		Hint: "name a process that the pod has once",
	}
}

// hasAncestorNamed tells whether an ancestor of a process has a name.
func hasAncestorNamed(p process, name string, all map[int]process) bool {
	for range len(all) { // processes come and go while they are read: there may be a loop
		parent, ok := all[p.parent]
		if !ok || parent.pid == p.pid {
			return false
		}
		if parent.isNamed(name) {
			return true
		}
		p = parent
	}
	return false
}

// readProcess reads one process; false for one that has ended.
func readProcess(proc string, pid int) (process, bool) {
	dir := filepath.Join(proc, strconv.Itoa(pid))
	data, err := os.ReadFile(filepath.Join(dir, "stat"))
	open, end := strings.IndexByte(string(data), '('), strings.LastIndexByte(string(data), ')')
	if err != nil || open < 0 || end < open {
		return process{}, false
	}
	fields := strings.Fields(string(data[end+1:])) // state, parent, … and the start as the 20th
	if len(fields) < 20 || fields[0] == "Z" || fields[0] == "X" {
		return process{}, false
	}
	p := process{pid: pid, command: string(data[open+1 : end]), started: fields[19]}
	p.parent, _ = strconv.Atoi(fields[1])
	line, _ := os.ReadFile(filepath.Join(dir, "cmdline"))
	first, _, _ := strings.Cut(string(line), "\x00")
	p.program = first[strings.LastIndexByte(first, '/')+1:]
	return p, true
}

// owner is the user of a process.
func owner(proc string, pid int) uint32 {
	if info, err := os.Stat(filepath.Join(proc, strconv.Itoa(pid))); err == nil {
		if st, ok := info.Sys().(*syscall.Stat_t); ok {
			return st.Uid
		}
	}
	return 0
}
