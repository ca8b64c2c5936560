package main

import (
	"confit/render/diag"
	"confit/sources/kubelet"
)

// noContainer is the error of manifests without a confit container: a check that passes on
// nothing is worse than none.
func (c *confit) noContainer(cluster *kubelet.Cluster, pods []*kubelet.Pod) error {
	const most = 5 // pods
	p := &diag.Problem{
		Cause: diag.CauseInput, Code: "no-container", Text: "no container of " + diag.QuotedList(c.manifests.names()) + " runs confit",
		Hint: "confit looks for an image or a command of that name; --container NAME names another container",
	}
	var names []string
	for i, pod := range pods {
		if i < most {
			p.Notes = append(p.Notes, pod.Summary())
		}
		names = append(names, pod.ContainerNames()...)
	}
	if len(pods) == 0 || len(pods) > most {
		p.Notes = append(p.Notes, diag.Plural(len(cluster.Objects.Objects), "object")+" and "+diag.Plural(len(pods), "workload")+" were looked at")
	}
	switch asked := c.manifests.containers; {
	case len(asked) > 0:
		p.Hint = diag.DidYouMean(asked[0], names, "--container names "+diag.QuotedList(asked))
	case len(names) > 0:
		p.Hint = "confit looks for an image or a command of that name; if another container runs it, name that one, like --container " + diag.Quoted(names[0])
	}
	return p
}

// names are the files of -f as messages call them.
func (m *manifestFlags) names() []string {
	var names []string
	for _, name := range m.files {
		if name == "-" {
			name = "stdin"
		}
		names = append(names, name)
	}
	return names
}
