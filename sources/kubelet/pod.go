package kubelet

import (
	"confit/render/diag"
	"confit/render/specfile"
	"confit/sources"
	"confit/sources/manifest"
)

// A Cluster is what lies around a pod: the objects of the manifests, and what the command
// line says of the rest.
type Cluster struct {
	Objects   *manifest.Set
	Namespace string                // of objects that name none
	Fields    map[string]string     // values that only a cluster knows, such as spec.nodeName
	Dirs      map[string]sources.FS // directories in place of volumes, by the name of the volume
	Image     sources.FS            // the files of the confit image; nil for none
	Assumed   map[string]bool       // objects that only the cluster has, as kind/name in lower case

	AssumeSecrets bool                      // a Secret that is not at hand is a stand-in, and no error
	standIns      map[string]*manifest.Data // of Secrets, by namespace and name
}

// Findings are what the server would refuse of the ConfigMaps and Secrets.
func (c *Cluster) Findings() []Finding {
	var all []Finding
	for _, o := range c.Objects.Objects {
		if o.Kind != "ConfigMap" && o.Kind != "Secret" {
			continue
		}
		for _, p := range diag.Problems(o.Keys().Err, diag.CauseData) {
			all = append(all, Finding{Error, p})
		}
	}
	return all
}

// A Level says how bad a finding is.
type Level string

// The levels of findings.
const (
	Error   Level = "error"   // the pod does not run as its author means it
	Warning Level = "warning" // it may run, and somebody should look
	Notice  Level = "notice"  // what was assumed
)

// A Finding is a problem of a pod with its level.
type Finding struct {
	Level Level
	*diag.Problem
}

// A Pod is a workload as a node would run it.
type Pod struct {
	*manifest.Workload
	Containers []*Container // those before the application, in their order, then the others
	Findings   []Finding

	StandIns bool // a Secret is not at hand

	cluster  *Cluster
	template podTemplate
	volumes  map[string]*Volume
	said     map[string]bool // missing objects and stand-ins
	sinks    []*sinkUse
	passable int // errors about Secrets with a stand-in
}

// Pod makes the pod of a workload.
func (c *Cluster) Pod(w *manifest.Workload) *Pod {
	p := &Pod{Workload: w, cluster: c, volumes: map[string]*Volume{}, said: map[string]bool{}}
	p.problems(specfile.DecodeObject(w.Object.Pos.File, "the pod template", w.Template, &p.template))
	spec := &p.template.Spec
	for i := range spec.InitContainers {
		p.Containers = append(p.Containers, &Container{pod: p, container: &spec.InitContainers[i], Init: true})
	}
	for i := range spec.Containers {
		p.Containers = append(p.Containers, &Container{pod: p, container: &spec.Containers[i]})
	}
	p.addVolumes()
	return p
}

// namespace is that of the workload; "" if nobody names one.
func (p *Pod) namespace() string {
	if p.Workload.Namespace != "" {
		return p.Workload.Namespace
	}
	return p.cluster.Namespace
}

// problems adds a finding for each problem of an error.
func (p *Pod) problems(err error) {
	for _, problem := range diag.Problems(err, diag.CauseData) {
		p.report(Error, problem)
	}
}

// report adds a finding.
//
//go:noinline
func (p *Pod) report(level Level, problem *diag.Problem) {
	p.Findings = append(p.Findings, Finding{level, problem})
}

// errors counts the errors that keep a container from running here: not those about Secrets
// with a stand-in.
func (p *Pod) errors() int {
	n := -p.passable
	for _, f := range p.Findings {
		if f.Level == Error {
			n++
		}
	}
	return n
}

// once adds a finding unless one of the same subject is there.
func (p *Pod) once(subject string, level Level, problem *diag.Problem) {
	if !p.said[subject] {
		p.said[subject] = true
		p.report(level, problem)
	}
}

// problem is an error of the pod at a place.
//
//go:noinline
func problem(code string, at diag.Pos, text, hint string) *diag.Problem {
	return &diag.Problem{Cause: diag.CauseData, Code: code, Pos: at, Text: text, Hint: hint}
}
