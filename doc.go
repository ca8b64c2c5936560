// Command confit merges mounted ConfigMaps, Secrets and environment variables and
// writes configuration files from templates: all of them, or none.
//
//	main.go         the pipe
//	cli.go          the verbs with their flags and help
//	settings.go     flags and CONFIT_* variables, and what a verb may read
//	spec.go         confit.yaml, its checks and its limits
//	flags.go        the flags that say what a spec says
//	inputs.go       everything a run reads, Git sources included
//	gitcontents.go  which contents of Git sources the templates may need
//	verbs.go        diff, validate and explain
//	publish.go      which outputs go to which sink
//	system.go       the process: streams, signals, exit statuses
//	watchdog.go     limits of time and memory; heap.go and cgroup.go measure them
package main
