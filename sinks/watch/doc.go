// Package watch holds what a watcher knows beside the run that it repeats: the section of the
// spec that says how to look and whom to tell, the answer to probes, and the times of retries.
//
//	section.go  watch: in the spec, and its flags
//	health.go   what a watcher answers to probes
//	retry.go    when something that failed is tried again
package watch
