package kubelet

import (
	"math"
	"path"
	"slices"
	"strings"

	"confit/render/diag"
	"confit/sources/manifest"
)

// A Container is a container of a pod, with what the kubelet gives it.
type Container struct {
	*container

	Init    bool       // it runs before the application, or beside it from then on
	Vars    []Variable // after Prepare
	Files   *FileTree  // after Prepare
	Command []string   // after Prepare: the whole command line, without an ENTRYPOINT
	Blocked bool       // after Prepare: the kubelet would not start it
	Signal  string     // the process that confit watch signals after a change; "" for none
	Exit    int        // with which confit watch ends after a change, and writes nothing; 0 for a container that writes

	pod *Pod
}

// Title names the container in messages.
func (c *Container) Title() string {
	return c.pod.Workload.String() + " container " + c.container.Name
}

// Summary lists the containers of a pod, and the images of those before the application.
func (p *Pod) Summary() string {
	var all []string
	for _, c := range p.Containers {
		text := diag.Quoted(c.Name)
		if c.Init {
			text += " (image " + diag.Quoted(c.Image) + ")"
		}
		all = append(all, text)
	}
	if len(all) == 0 {
		return p.Workload.String() + " has no containers"
	}
	return p.Workload.String() + " has " + strings.Join(all, ", ")
}

// ContainerNames are the names of the containers, those before the application first.
func (p *Pod) ContainerNames() []string {
	var names []string
	for _, c := range p.Containers {
		names = append(names, c.Name)
	}
	return names
}

// Workload is the workload that the container belongs to.
func (c *Container) Workload() *manifest.Workload { return c.pod.Workload }

// RunsConfit tells whether a container runs confit: by its image, by its command, or because
// names lists it.
func (c *Container) RunsConfit(names []string) bool {
	if len(names) > 0 {
		return slices.Contains(names, c.Name)
	}
	if command := c.container.Command; len(command) > 0 {
		return path.Base(command[0]) == "confit"
	}
	image, _, _ := strings.Cut(path.Base(strings.SplitN(c.Image, "@", 2)[0]), ":")
	return image == "confit" || strings.HasPrefix(image, "confit-") || strings.HasSuffix(image, "-confit")
}

// HidesConfit tells whether a container starts confit from a shell, which nobody simulates.
func (c *Container) HidesConfit() bool {
	words := slices.Concat(c.container.Command, c.container.Args)
	if len(words) < 2 || !slices.Contains([]string{"sh", "bash", "ash", "dash"}, path.Base(words[0])) {
		return false
	}
	return slices.ContainsFunc(strings.FieldsFunc(strings.Join(words[1:], " "), func(r rune) bool { return strings.ContainsRune(" \t\n;&|()\"'", r) }),
		func(word string) bool { return path.Base(word) == "confit" })
}

// Prepare makes the variables, the files and the command line of the container.
func (c *Container) Prepare() {
	before := c.pod.errors()
	c.env()
	c.Blocked = c.Blocked || c.pod.errors() > before
	c.mounts()
	values := map[string]string{}
	for _, v := range c.Vars {
		values[v.Name] = v.Value
	}
	value := func(name string) (string, bool) { v, ok := values[name]; return v, ok }
	for _, word := range slices.Concat(c.container.Command, c.container.Args) {
		c.Command = append(c.Command, expand(word, value))
	}
}

// Args are the arguments of confit: the command line without the program.
func (c *Container) Args() []string {
	return c.Command[min(len(c.container.Command), 1):]
}

// Dir is the working directory.
func (c *Container) Dir() string { return path.Join("/", c.WorkingDir) }

// Environ is the variables as NAME=value.
func (c *Container) Environ() []string {
	var all []string
	for _, v := range c.Vars {
		all = append(all, v.Name+"="+v.Value)
	}
	return all
}

// Memory is the limit of the container's memory in bytes, or that of its pod where it is less; 0
// for none.
func (c *Container) Memory() int64 {
	limit := c.Resources.limit("memory")
	if ofPod := c.pod.template.Spec.Resources.limit("memory"); limit == nil || ofPod != nil && ofPod.Cmp(limit) < 0 {
		limit = ofPod
	}
	if limit == nil {
		return 0
	}
	bytes, _ := limit.Float64()
	return int64(min(bytes, math.MaxInt64/2))
}
