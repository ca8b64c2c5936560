// Package watchdog holds a run to its limits of time and memory, and ends the process when it
// exceeds one.
//
//	watchdog.go  the Watchdog: timers, phases of a run, the end
//	heap.go      the memory of the process and its limit
//	cgroup.go    the memory limit of the container
package watchdog
