package kubelet

import (
	"io/fs"
	"path"
	"strings"

	"confit/render/diag"
)

// A Written is a file that a container writes.
type Written struct {
	Sink, Path string // in the container
	Mode       fs.FileMode
	Size       int64
	Pos        diag.Pos // of the entry of its spec
	Spec       string   // its name
	Keeps      bool     // the spec removes no other file of its name
}

// Write writes a file into the volume that is mounted at its path.
func (c *Container) Write(name string, mode fs.FileMode, data []byte, secret bool) error {
	m, rest := c.Files.mountOf(strings.TrimPrefix(path.Clean(name), "/"))
	if m == nil || m.node.entries == nil || rest == "." {
		return nil // Check reports a sink in no volume
	}
	return m.node.put(rest, newNode(node{data: data, mode: mode, secret: secret}))
}

// NotSimulated tells that a container starts confit in a way that is not simulated.
func (p *Pod) NotSimulated(c *Container, why, hint string) {
	p.report(Warning, problem("not-simulated", c.ArgsPos(), "the container "+diag.Quoted(c.Name)+" is not simulated: "+why, hint))
}

// NotSimulated tells that the container runs confit for something else than to write files.
func (c *Container) NotSimulated(why string) { c.pod.NotSimulated(c, why, "") }
