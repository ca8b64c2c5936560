// Command confit merges mounted ConfigMaps, Secrets and environment variables and
// writes configuration files from templates: all of them, or none.
//
//	main.go        the pipe
//	cli.go         the verbs with their flags
//	help.go        the texts of --help and help; hints.go has hints for verbs and flags of other tools
//	settings.go    flags and CONFIT_* variables; boundary.go has what a verb may read
//	spec.go        confit.yaml and its checks; limits.go has its limits
//	flags.go       the flags in place of fields of the spec, like --source and --template
//	inputs.go      everything a run reads; variables.go tells of variables that it does not read
//	git.go         opens the Git sources: cache, spool, files that the templates need
//	publish.go     which outputs go to which sink
//	manifests.go   -f: which manifests
//	simulate.go    -f: the runs of their containers; nocontainer.go for manifests without one
//	container.go   -f: what a container sees; maps its errors back to lines of the manifests
//	diff.go        the verb diff; explain.go, validate.go, report.go and cases.go have their verbs
//	watch.go       the verb watch; watchround.go has one of its rounds
//	complete.go    what a shell completes
//	progress.go    the line that tells what a long run is busy with
//	system.go      the process: streams, signals, exit statuses
package main
