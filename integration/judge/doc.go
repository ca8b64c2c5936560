// Package judge holds sources/manifest and sources/kubelet against Kubernetes itself: the
// decoder and the validation of the API server, and the functions with which the kubelet
// makes the variables, the volumes and the mounts of a container. It is a module of its own,
// because Kubernetes compiles for minutes and no user of confit needs it.
//
//	generate.go            objects with everything that can go right or wrong, by a seed
//	generate_pod.go        pods and their volumes
//	generate_container.go  containers and their variables
//	print.go               objects in the spellings of kubectl, kustomize, Helm and people
//	objects.go             a stream of manifests as the server takes it
//	kubelet.go             a kubelet with the unexported functions that make a container
//	volumes.go             the volumes of a pod, on the disk of this machine
package judge
