// Package kubelet makes of a pod template what the kubelet makes of it: for each container a
// file tree, an environment and a command line, all in memory. Nothing of the machine that
// it runs on gets in. Where only a cluster knows a value, a stand-in takes its place, and
// the pod says so.
//
//	types.go      the fields of a pod template that matter here
//	pod.go        Cluster and Pod: a workload as a node would run it
//	container.go  a container, and which of them run confit
//	env.go        the variables of a container
//	expand.go     $(NAME) in values and arguments
//	field.go      the fields of a pod, and its resources
//	volume.go     the files of a volume
//	projected.go  projected and downward API volumes
//	tree.go       a file tree in memory
//	mounts.go     the mounts of a container
//	filetree.go   the mounts as a file tree to read
//	lookup.go     ConfigMaps and Secrets by name, and what is said of a missing one
//	absent.go     where a file that is not in a container may be instead
//	filekey.go    variables that come from files which confit writes
//	written.go    the files that a container writes, for the containers after it
//	origin.go     the place in the manifests of a line that a container reads
//	opensecret.go values that a Secret which is not at hand may have
//	refused.go    fields that the API server or the kubelet refuses
//	restart.go    rules for restarts, which a watcher may rely on
//	describe.go   the mounts of a container in words, and who else sees a file
//	signal.go     whether a watcher finds and may signal the application
//	reader.go     what the application sees of the files that confit writes
//	check.go      what is wrong with a pod that runs confit
//
// The rules are those of Kubernetes 1.37; its own functions judge them in a test.
package kubelet
