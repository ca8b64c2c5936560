package judge

import (
	"encoding/base64"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
)

// object is an object of Kubernetes, or a part of one.
type object = map[string]any

// A generator makes streams of manifests. Names and keys are few, so that they collide.
type generator struct {
	*rand.Rand
	odd float64 // the share of steps that are wrong in some way
}

func newGenerator(seed, n uint64) *generator {
	g := &generator{Rand: rand.New(rand.NewPCG(seed, n))}
	if n%3 == 0 {
		g.odd = 0.03
	}
	return g
}

func pick[T any](g *generator, all ...T) T { return all[g.IntN(len(all))] }

func (g *generator) chance(p float64) bool { return g.Float64() < p }

// wrong tells whether this step goes wrong.
func (g *generator) wrong() bool { return g.chance(g.odd) }

var (
	keys   = []string{"app.yaml", "a", "b", "A", "B", "PORT", "db.password", "k-1", "nested.d"}
	values = []string{
		"", "1", "true", "8080", "line 1\nline 2\n", "tab\there", "$(A)", "$$(A)", "trailing  ", "ünïcode →", "'quoted' \"twice\"", "a: b\n", "\tindented", "- x",
		"#c", " leading", "null", "~", "0x1F", "1e3", "2001-01-01", "yes", "no", "0400", "multi\n\n\nlines", "crlf\r\nlines\r\n", "\a bell", "a\u2028b", "\\n", "%d", "=", "a=b", "{{ .Values.a }}", "key: |\n  block\n  text\n",
		"trailing blanks  \nin lines \t\n", "\n", "\n\nfirst lines empty", "  - indented: first\n", "\u00a0", "$", "$(", "$()", "$(A", "x$(B)y$$z", "$(KUBERNETES_SERVICE_HOST)", strings.Repeat("long ", 40),
	}
	paths = []string{"app.yaml", "a", "b", "conf.d/a", "conf.d/b", "x/y/z", "A"}
	modes = []int{0o644, 0o600, 0o400, 0o440, 0o755, 0, 0o777, 0o640}
	names = []string{"A", "B", "C", "PORT", "APP_PORT", "db.password", "X-Y", "APP_SERVICE_HOST", "KUBERNETES_SERVICE_HOST", "k 1", "é"}
)

func (g *generator) value() string { return pick(g, values...) }

// objects makes the objects of a stream.
func (g *generator) objects() []object {
	namespace := pick(g, "", "", "prod")
	meta := func(name string) object {
		m := object{"name": name}
		if namespace != "" {
			m["namespace"] = namespace
		}
		return m
	}
	var all []object
	for _, name := range []string{"cm-a", "cm-b", "cm-c"} {
		if g.chance(0.95) {
			all = append(all, g.configMap(meta(name)))
		}
	}
	for _, name := range []string{"sec-a", "sec-b"} {
		if g.chance(0.95) {
			all = append(all, g.secret(meta(name)))
		}
	}
	if namespace != "" && g.chance(0.3) {
		other := g.configMap(object{"name": pick(g, "cm-a", "cm-x"), "namespace": "other"})
		all = append(all, other)
	}
	for _, name := range []string{"app", "db-main"} {
		if g.chance(0.5) {
			all = append(all, g.service(meta(name)))
		}
	}
	all = append(all, g.workload(meta("web")))
	g.Shuffle(len(all), func(i, j int) { all[i], all[j] = all[j], all[i] })
	return all
}

func (g *generator) someKeys() []string {
	some := slices.Clone(keys)
	g.Shuffle(len(some), func(i, j int) { some[i], some[j] = some[j], some[i] })
	return some[:g.IntN(4)+g.IntN(6)]
}

func (g *generator) configMap(meta object) object {
	o := object{"apiVersion": "v1", "kind": "ConfigMap", "metadata": meta}
	data, binary := object{}, object{}
	for _, key := range g.someKeys() {
		switch {
		case g.chance(0.15):
			binary[key] = g.base64()
		default:
			data[key] = g.value()
		}
		switch {
		case !g.wrong():
		case g.chance(0.3):
			data[key] = pick[any](g, 8080, true, 1.5, []any{}, object{}, nil)
		case g.chance(0.3):
			binary[key], data[key] = g.base64(), "both"
		case g.chance(0.3):
			data[pick(g, "a/b", "..x", ".", "ü", "a b")] = "bad key"
		default:
			binary[key] = "not base64!"
		}
	}
	if len(data) > 0 || g.chance(0.1) {
		o["data"] = data
	}
	if len(binary) > 0 {
		o["binaryData"] = binary
	}
	if g.chance(0.1) {
		o["immutable"] = true
	}
	return o
}

func (g *generator) base64() string {
	b := []byte(g.value())
	if g.chance(0.4) {
		b = []byte{0xff, 0xfe, byte(g.IntN(256)), 0, byte(g.IntN(256))}
	}
	text := base64.StdEncoding.EncodeToString(b)
	if g.chance(0.2) && len(text) > 8 {
		text = text[:8] + "\n" + text[8:] + "\n"
	}
	return text
}

func (g *generator) secret(meta object) object {
	o := object{"apiVersion": "v1", "kind": "Secret", "metadata": meta}
	data, plain := object{}, object{}
	for _, key := range g.someKeys() {
		if g.chance(0.6) {
			data[key] = g.base64()
		}
		if g.chance(0.4) {
			plain[key] = g.value()
		}
		if g.wrong() {
			pick(g, data, plain)[key] = pick[any](g, 5432, false, "%%%")
		}
	}
	if len(data) > 0 {
		o["data"] = data
	}
	if len(plain) > 0 {
		o["stringData"] = plain
	}
	if g.chance(0.3) {
		o["type"] = "Opaque"
	}
	return o
}

func (g *generator) service(meta object) object {
	spec := object{"clusterIP": pick(g, "10.96.3.4", "fd00:10:96::5", "None")}
	var ports []any
	for i := range 1 + g.IntN(2) {
		p := object{"port": 80 + i}
		if g.chance(0.6) || i > 0 {
			p["name"] = fmt.Sprintf("web-%d", i)
		}
		if g.chance(0.3) {
			p["protocol"] = pick(g, "UDP", "TCP", "SCTP")
		}
		ports = append(ports, p)
	}
	if len(ports) > 1 {
		ports[0].(object)["name"] = "http"
	}
	spec["ports"] = ports
	return object{"apiVersion": "v1", "kind": "Service", "metadata": meta, "spec": spec}
}

// workload makes a workload of some kind, with its pod template.
func (g *generator) workload(meta object) object {
	labels := object{"app": "web", "app.kubernetes.io/name": "web"}
	podMeta := object{"labels": labels}
	if g.chance(0.4) {
		podMeta["annotations"] = object{"note": g.value(), "example.com/b": "x", "A": "upper"}
	}
	kind := pick(g, "Pod", "Deployment", "Deployment", "StatefulSet", "DaemonSet", "Job", "CronJob")
	spec := g.podSpec()
	o := object{"apiVersion": "apps/v1", "kind": kind, "metadata": meta}
	if kind == "Pod" {
		for k, v := range podMeta {
			meta[k] = v
		}
		o["apiVersion"], o["spec"] = "v1", spec
		return o
	}
	template := object{"metadata": podMeta, "spec": spec}
	o["spec"] = object{"selector": object{"matchLabels": object{"app": "web"}}, "template": template}
	switch kind {
	case "StatefulSet":
		o["spec"].(object)["serviceName"] = "app"
	case "Job":
		spec["restartPolicy"] = "OnFailure"
		o["apiVersion"], o["spec"] = "batch/v1", object{"template": template}
	case "CronJob":
		spec["restartPolicy"] = "Never"
		o["apiVersion"], o["spec"] = "batch/v1", object{"schedule": "@daily", "jobTemplate": object{"spec": object{"template": template}}}
	}
	return o
}
