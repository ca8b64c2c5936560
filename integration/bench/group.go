package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"
)

// The limits of a container, as init containers have them: cpu: 100m and memory: 32Mi.
const (
	quota  = "10000"    // µs of processor time
	period = "100000"   // µs
	memory = "33554432" // bytes
)

const periodLength = 100 * time.Millisecond

// A Group is a control group with those limits.
type Group struct {
	dirs []string
	join []string // files that a process writes its number to
	stat string   // of the processor
}

// newGroup makes a group, in the hierarchies of version 1 or in that of version 2.
func newGroup() (*Group, error) {
	name := fmt.Sprintf("confit-bench-%d", os.Getpid())
	one := &Group{}
	err := one.limit("/sys/fs/cgroup/memory/"+name, "cgroup.procs", "memory.limit_in_bytes="+memory)
	err = errors.Join(err, one.limit("/sys/fs/cgroup/cpu/"+name, "tasks", "cpu.cfs_period_us="+period, "cpu.cfs_quota_us="+quota))
	if err == nil {
		one.stat = "/sys/fs/cgroup/cpu/" + name + "/cpu.stat"
		return one, nil
	}
	one.Remove()
	two := &Group{}
	err = errors.Join(err, two.limit("/sys/fs/cgroup/"+name, "cgroup.procs", "cpu.max="+quota+" "+period, "memory.max="+memory))
	if err != nil {
		two.Remove()
		return nil, err
	}
	two.stat = "/sys/fs/cgroup/" + name + "/cpu.stat"
	return two, nil
}

// limit makes a directory of the group and sets its limits.
func (g *Group) limit(dir, join string, limits ...string) error {
	if _, err := os.Stat(filepath.Join(filepath.Dir(dir), join)); err != nil {
		return err // no hierarchy is mounted there
	}
	if err := os.Mkdir(dir, 0o755); err != nil {
		return err
	}
	g.dirs, g.join = append(g.dirs, dir), append(g.join, filepath.Join(dir, join))
	for _, l := range limits {
		name, value, _ := strings.Cut(l, "=")
		if err := os.WriteFile(filepath.Join(dir, name), []byte(value), 0o644); err != nil {
			return err
		}
	}
	return nil
}

// count adds to the sample of a run how often its container had to wait.
func (g *Group) count(run func() (Sample, error)) (Sample, error) {
	if g == nil {
		return run()
	}
	time.Sleep(2 * periodLength) // the run begins with a whole quota
	before, err := g.throttled()
	if err != nil {
		return Sample{}, err
	}
	sample, err := run()
	after, err2 := g.throttled()
	sample.Throttled = after - before
	return sample, errors.Join(err, err2)
}

// throttled counts the periods in which the group had to wait.
func (g *Group) throttled() (periods int64, err error) {
	data, err := os.ReadFile(g.stat)
	_, rest, _ := strings.Cut(string(data), "nr_throttled ")
	_, err2 := fmt.Sscan(rest, &periods)
	return periods, errors.Join(err, err2)
}

// Remove removes the group, once no process is in it.
func (g *Group) Remove() {
	for _, dir := range g.dirs {
		_ = os.Remove(dir)
	}
}
