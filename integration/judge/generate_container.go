package judge

import "fmt"

func (g *generator) container(name string, volumes []string) object {
	c := object{"name": name, "image": pick(g, "example.com/confit:1", "nginx")}
	if g.chance(0.4) {
		c["command"] = []any{"/confit"}
	}
	var args []any
	for range g.IntN(4) {
		args = append(args, pick(g, "render", "$(A)", "--set=a=$(B)", "$$(A)", "$(PATH)", "$(APP_SERVICE_HOST)", "$(db.password)", "$(A)$(B)", "$", "$(", "$(A", "$$$(A)", "$x", "x$", "$()", "-c", "$(KUBERNETES_PORT)"))
	}
	if args != nil {
		c["args"] = args
	}
	if from := g.envFrom(); from != nil {
		c["envFrom"] = from
	}
	if env := g.env(); env != nil {
		c["env"] = env
	}
	if mounts := g.mounts(volumes); mounts != nil {
		c["volumeMounts"] = mounts
	}
	if g.chance(0.4) {
		c["resources"] = g.resources()
	}
	return c
}

func (g *generator) resources() object {
	some := func() object {
		r := object{}
		if g.chance(0.6) {
			r["cpu"] = pick[any](g, "500m", "2", 1, 0.5, "100m", "1500m", "0.1")
		}
		if g.chance(0.6) {
			r["memory"] = pick[any](g, "64Mi", "1G", "100M", "128974848", "1.5Gi", "1e9", "123Ki", 1000000, "1E3", "0.5Mi")
		}
		if g.chance(0.2) {
			r["ephemeral-storage"] = "2Gi"
		}
		return r
	}
	if g.chance(0.5) {
		return object{"limits": some()}
	}
	if g.chance(0.5) {
		return object{"requests": some()}
	}
	return object{"limits": object{"cpu": "4", "memory": "8Gi"}, "requests": object{"cpu": pick[any](g, "250m", 1), "memory": pick(g, "1Gi", "64Mi")}}
}

func (g *generator) envFrom() []any {
	var all []any
	for range g.IntN(3) {
		f := object{}
		if g.chance(0.4) {
			f["prefix"] = pick(g, "APP_", "X", "a.b-")
		}
		ref := object{}
		if g.chance(0.6) {
			ref["optional"] = g.chance(0.9)
		}
		if g.chance(0.6) {
			ref["name"] = pick(g, "cm-a", "cm-b", "cm-c")
			f["configMapRef"] = ref
		} else {
			ref["name"] = pick(g, "sec-a", "sec-b")
			f["secretRef"] = ref
		}
		if g.wrong() {
			switch g.IntN(4) {
			case 0:
				f["prefix"] = pick(g, "a=b", "é")
			case 1:
				f["secretRef"], f["configMapRef"] = object{"name": "sec-a", "optional": true}, object{"name": "cm-a", "optional": true}
			case 2:
				delete(f, "secretRef")
				delete(f, "configMapRef")
			case 3:
				delete(ref, "name")
			}
		}
		all = append(all, f)
	}
	return all
}

func (g *generator) env() []any {
	var all []any
	for range g.IntN(6) {
		name := pick(g, names[:10]...)
		if g.wrong() {
			name = pick(g, "", "a=b", "é", "a\tb")
		}
		v := object{"name": name}
		switch {
		case g.chance(0.5):
			v["value"] = pick(g, g.value(), "$(A)", "$(B)-$(C)", "$$(A)", "$(APP_SERVICE_PORT)", "$(none)", "a$(PORT)b")
		case g.chance(0.05):
		default:
			v["valueFrom"] = g.valueFrom()
		}
		if g.wrong() {
			v["value"] = pick[any](g, "x", 8080, true, nil)
		}
		all = append(all, v)
	}
	return all
}

func (g *generator) valueFrom() object {
	ref := object{"key": pick(g, keys...)}
	if g.chance(0.92) {
		ref["optional"] = g.chance(0.97)
	}
	from := object{}
	switch g.IntN(5) {
	case 0, 1:
		ref["name"] = pick(g, "cm-a", "cm-b", "cm-c")
		from["configMapKeyRef"] = ref
	case 2:
		ref["name"] = pick(g, "sec-a", "sec-b")
		from["secretKeyRef"] = ref
	case 3:
		path := pick(g, "metadata.name", "metadata.namespace", "metadata.uid", "metadata.labels['app']", "metadata.labels['none']", "metadata.annotations['note']", "spec.nodeName", "spec.serviceAccountName", "status.hostIP", "status.podIP", "status.hostIPs", "status.podIPs")
		if g.wrong() {
			path = pick(g, "metadata.labels", "metadata.annotations", "metadata.lable", "spec.nodename", "metadata.labels['a b']", "status.phase", "")
		}
		from["fieldRef"] = object{"fieldPath": path}
	case 4:
		from["resourceFieldRef"] = g.resource(false)
	}
	if g.wrong() {
		switch g.IntN(3) {
		case 0:
			return object{}
		case 1:
			from["fieldRef"], from["secretKeyRef"] = object{"fieldPath": "metadata.name"}, object{"name": "sec-a", "key": "a", "optional": true}
		case 2:
			from["configmapKeyRef"] = ref
		}
	}
	return from
}

func (g *generator) mounts(volumes []string) []any {
	var all []any
	for i := range g.IntN(4) {
		m := object{"name": pick(g, volumes...), "mountPath": fmt.Sprintf("/m%d", i)}
		if g.chance(0.3) {
			m["readOnly"] = true
		}
		switch {
		case g.chance(0.08):
			m["subPath"] = pick(g, "a", "app.yaml", "conf.d", "conf.d/a", "x/y")
		case g.chance(0.05):
			m["subPathExpr"] = pick(g, "$(A)", "$(PORT)", "a", "x/$(B)", "$(none)", "$$(A)")
		}
		if g.wrong() {
			switch g.IntN(6) {
			case 0:
				m["name"] = "none"
			case 1:
				m["mountPath"] = pick(g, "", "/m0")
			case 2:
				m["subPath"] = pick(g, "../x", "/abs", "a/../b")
			case 3:
				m["subPathExpr"] = pick(g, "../x", "$(none)", "/abs")
			case 4:
				m["subPath"], m["subPathExpr"] = "a", "a"
			case 5:
				m["mountpath"] = "/x"
			}
		}
		all = append(all, m)
	}
	return all
}
