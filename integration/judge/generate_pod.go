package judge

import "fmt"

func (g *generator) podSpec() object {
	spec := object{}
	var volumes []any
	var mountable []string
	for i := range 1 + g.IntN(4) {
		name := fmt.Sprintf("v%d", i)
		v := g.volume()
		v["name"] = name
		volumes = append(volumes, v)
		mountable = append(mountable, name)
	}
	spec["volumes"] = volumes
	var inits, apps []any
	for i := range 1 + g.IntN(2) {
		c := g.container(fmt.Sprintf("init-%d", i), mountable)
		if g.chance(0.2) {
			c["restartPolicy"] = "Always"
		}
		inits = append(inits, c)
	}
	for i := range 1 + g.IntN(2) {
		apps = append(apps, g.container(fmt.Sprintf("app-%d", i), mountable))
	}
	spec["initContainers"], spec["containers"] = inits, apps
	if g.chance(0.2) {
		spec["enableServiceLinks"] = g.chance(0.5)
	}
	if g.chance(0.3) {
		spec["securityContext"] = object{"fsGroup": 65532}
	}
	if g.chance(0.2) {
		spec["serviceAccountName"] = "robot"
	}
	if g.wrong() {
		spec[pick(g, "volume", "initContainer", "nodename")] = pick[any](g, "x", nil)
	}
	return spec
}

func (g *generator) volume() object {
	v := object{}
	switch g.IntN(6) {
	case 0, 1:
		v["configMap"] = g.objectVolume("name", pick(g, "cm-a", "cm-b", "cm-c"), true)
	case 2:
		v["secret"] = g.objectVolume("secretName", pick(g, "sec-a", "sec-b"), true)
	case 3:
		v["projected"] = g.projected()
	case 4:
		v["downwardAPI"] = g.withMode(object{"items": g.downwardItems()}, "defaultMode")
	case 5:
		v["emptyDir"] = pick(g, object{}, object{"medium": "Memory"}, object{"sizeLimit": "1Mi"})
	}
	return v
}

func (g *generator) withMode(o object, field string) object {
	if g.chance(0.3) {
		o[field] = pick(g, modes...)
	}
	if g.wrong() {
		o[field] = pick[any](g, 0o1000, -1, "0400", 4294967296)
	}
	return o
}

func (g *generator) objectVolume(field, name string, whole bool) object {
	o := object{field: name}
	if whole {
		o = g.withMode(o, "defaultMode")
	}
	if g.chance(0.85) {
		o["optional"] = g.chance(0.95)
	}
	if g.wrong() {
		o["item"] = []any{}
	}
	if g.chance(0.5) {
		return o
	}
	var items []any
	for range g.IntN(4) {
		items = append(items, g.withMode(object{"key": pick(g, keys...), "path": g.path()}, "mode"))
	}
	if items != nil {
		o["items"] = items
	}
	return o
}

func (g *generator) path() string {
	if g.wrong() {
		return pick(g, "", "../x", "/abs", "a/../b", "..x", "w/", "./u", "s//t", "a/b", "q/./r")
	}
	return pick(g, paths...)
}

func (g *generator) projected() object {
	var sources []any
	for range 1 + g.IntN(4) {
		s := object{}
		switch g.IntN(5) {
		case 0, 1:
			s["configMap"] = g.objectVolume("name", pick(g, "cm-a", "cm-b", "cm-c"), false)
		case 2:
			s["secret"] = g.objectVolume("name", pick(g, "sec-a", "sec-b"), false)
		case 3:
			s["downwardAPI"] = object{"items": g.downwardItems()}
		case 4:
			s["serviceAccountToken"] = object{"path": g.path(), "expirationSeconds": 3600}
		}
		sources = append(sources, s)
	}
	return g.withMode(object{"sources": sources}, "defaultMode")
}

func (g *generator) downwardItems() []any {
	var items []any
	for range 1 + g.IntN(3) {
		item := g.withMode(object{"path": pick(g, "labels", "annotations", "d/name", "a", "conf.d/a", g.path())}, "mode")
		switch {
		case g.chance(0.7):
			path := pick(g, "metadata.name", "metadata.namespace", "metadata.uid", "metadata.labels", "metadata.annotations", "metadata.labels['app']", "metadata.labels['none']", "metadata.annotations['note']")
			if g.wrong() {
				path = pick(g, "spec.nodeName", "status.podIP", "metadata.lables", "metadata.labels['a b']", "metadata.labels['']", "metadata.name['x']", "metadata.annotations['UPPER']")
			}
			item["fieldRef"] = object{"fieldPath": path}
		default:
			item["resourceFieldRef"] = g.resource(true)
		}
		items = append(items, item)
	}
	return items
}

func (g *generator) resource(volume bool) object {
	r := object{"resource": pick(g, "limits.cpu", "limits.memory", "requests.cpu", "requests.memory", "limits.ephemeral-storage", "requests.ephemeral-storage")}
	if volume || g.chance(0.3) {
		r["containerName"] = pick(g, "init-0", "app-0")
	}
	if g.wrong() {
		r["containerName"] = pick(g, "none", "")
	}
	switch {
	case g.chance(0.5):
	case r["resource"] == "limits.cpu" || r["resource"] == "requests.cpu":
		r["divisor"] = pick[any](g, "1m", "1", 1, 0, "0")
	default:
		r["divisor"] = pick[any](g, "1Mi", "1k", "1", 1, "1Gi", 0)
	}
	if g.wrong() {
		r["divisor"] = pick[any](g, "2", "1m", "1Mi", "1u", "10m", "1000m", "1e3")
	}
	if g.wrong() {
		r["resource"] = pick(g, "limits.gpu", "limits", "requests.hugepages-2Mi", "limits.hugepages-2Mi", "cpu")
	}
	return r
}
