// Package notify tells the application of a pod that its files have changed: by a request to
// a loopback address, or by a signal to a process of the pod. It starts no process, reaches
// no other host, and retries nothing by itself.
//
//	http.go         HTTP: POST to a loopback address
//	signal.go       Signal: the process of a name, and the names of signals
//	process.go      finds the topmost process of a name in /proc
//	pidfd_linux.go  sends a signal to just that process
package notify
