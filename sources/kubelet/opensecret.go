package kubelet

import (
	"errors"
	"strings"

	"confit/render/diag"
)

// IsOpen tells whether a file or directory of the container is of a Secret of which nobody
// knows all keys and values.
func (c *Container) IsOpen(name string) bool {
	m, _ := c.Files.mountOf(strings.TrimPrefix(name, "/"))
	return m != nil && m.volume.open
}

// HasOpenVars tells the same of the variables.
func (c *Container) HasOpenVars() bool {
	for i := range c.container.EnvFrom {
		if s := c.container.EnvFrom[i].Secret; s != nil {
			if d := c.pod.cluster.standIns[c.pod.namespace()+"/"+s.Name]; d != nil && d.Open {
				return true
			}
		}
	}
	return false
}

// Excuse makes notices of the errors about values that a Secret which is not at hand may
// have: those at and below the given paths of values. It returns the rest of the error.
func (c *Container) Excuse(err error, below []string) error {
	var rest []error
	for _, p := range diag.Problems(err, diag.CauseUnknown) {
		if p.Cause != diag.CauseData || p.Code != "missing-value" && p.Code != "schema" || !names(p, below) {
			rest = append(rest, p)
			continue
		}
		p.Notes = append(p.Notes, "a Secret that is not at hand may have it")
		c.pod.report(Notice, p)
	}
	return errors.Join(rest...)
}

// names tells whether a problem is about a value at or below one of the paths.
func names(p *diag.Problem, paths []string) bool {
	path := strings.TrimPrefix(strings.TrimPrefix(p.Text, "no value for "), ".Values.")
	path, _, _ = strings.Cut(path, " ")
	for _, at := range paths {
		if at == "." || path == at || strings.HasPrefix(path, at+".") || p.Code == "schema" && strings.HasPrefix(at, path) {
			return true
		}
	}
	return false
}
