// Package manifest reads streams of Kubernetes objects, as kustomize build and helm template
// print them, and remembers where each object and each key stands. It knows the data of
// ConfigMaps and Secrets, and finds pod templates by their shape. It reads no file and asks
// no cluster, and no error of it quotes a value of an object.
//
//	stream.go    a file cut into documents
//	document.go  a document as YAML nodes: aliases, merge keys, YAML 1.1 words
//	object.go    an object, and the objects in a list
//	set.go       all objects, found by kind, namespace and name
//	data.go      the keys of a ConfigMap or Secret
//	text.go      the place of a line of a value in its file
//	workload.go  pod templates
//	select.go    the workloads that --workload names
//	absent.go    Secrets that are made in the cluster or are encrypted, and their keys
//	immutable.go changes that a server refuses
package manifest
