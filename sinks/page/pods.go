package page

import (
	"strconv"

	"confit/render/diag"
)

// A Pod is the pod of a workload.
type Pod struct {
	Name       string
	Containers []Container
}

// A Container is a container of a pod.
type Container struct {
	Name, Role, Image string
	Mounts            []Mount
	Run               *Run // nil for a container that does not run confit, or was not simulated
}

// A Mount is a volume at a path of a container.
type Mount struct {
	Path     string
	Volume   string
	SubPath  string
	ReadOnly bool
	From     string // what the volume is made of
}

func podID(i int) string { return "pod-" + strconv.Itoa(i+1) }

const containerTable = `<table class="containers">
<caption>Containers in their order</caption>
<thead><tr><th scope="col">Container</th><th scope="col">Role and image</th><th scope="col">Mounts</th></tr></thead>
<tbody>
`

// section writes the containers of the pod in their order, then what each confit made.
func (p *Pod) section(w *writer, id string) {
	w.section("h2", id, p.Name)
	w.put(containerTable)
	for i := range p.Containers {
		p.Containers[i].row(w)
	}
	w.put("</tbody></table>\n")
	for i := range p.Containers {
		if c := &p.Containers[i]; c.Run != nil {
			below := id + "-" + strconv.Itoa(i+1)
			w.section("h3", below, "Container "+c.Name)
			c.Run.sections(w, "h4", below+"-")
			w.put("</section>\n")
		}
	}
	w.put("</section>\n")
}

func (c *Container) row(w *writer) {
	w.put("<tr class=\"item\"><th scope=\"row\">%</th><td>%<br><code>%</code></td><td><ul>", diag.Quoted(c.Name), c.Role, diag.Quoted(c.Image))
	for i := range c.Mounts {
		m := &c.Mounts[i]
		w.put("<li><code>%</code> from %, volume <code>%</code>", diag.Quoted(m.Path), m.From, diag.Quoted(m.Volume))
		if m.SubPath != "" {
			w.put(", its <code>%</code>", diag.Quoted(m.SubPath))
		}
		if m.ReadOnly {
			w.put(", read-only")
		}
		w.put("</li>")
	}
	w.put("</ul></td></tr>\n")
}
