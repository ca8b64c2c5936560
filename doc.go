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
//	verbs.go        diff; explain.go and validate.go have their verbs
//	publish.go      which outputs go to which sink
//	manifests.go    -f: which manifests and workloads
//	simulate.go     -f: the runs of their containers; world.go has what a container sees
//	places.go       -f: the places of problems in the manifests and in the checkout
//	review.go       diff --against
//	cases.go        the verb test; caserun.go runs a case
//	reports.go      reports for platforms, beside the text of validate and test
//	watch.go        the verb watch, with watchround.go, watchspec.go and watchhealth.go
//	names.go        which names of a secret file may be shown
//	system.go       the process: streams, signals, exit statuses; stderr.go keeps fatal errors off it
//	watchdog.go     limits of time and memory; heap.go and cgroup.go measure them
package main
