// Package probe lets the probes of a container ask a process of that container whether it is
// well, over an abstract Unix socket. No file is written for it, and no port is opened: a pod
// with a read-only root and no capabilities can have it. The caller decides what healthy is.
package probe
