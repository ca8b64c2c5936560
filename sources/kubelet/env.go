package kubelet

import (
	"strconv"
	"strings"
	"unicode"

	"confit/render/diag"
	"confit/sources/manifest"
)

// A Variable is an environment variable of a container.
type Variable struct {
	Name, Value string
	Pos         diag.Pos      // where the manifest sets it
	Key         *manifest.Key // that it comes from; nil for others
}

// env makes the variables of a container, in the order of the kubelet: envFrom, env, and
// the links to services for names that are not set.
func (c *Container) env() {
	e := environment{Container: c, index: map[string]int{}}
	e.services()
	for i := range c.container.EnvFrom {
		e.from(&c.container.EnvFrom[i])
	}
	for i := range c.container.Env {
		e.set(&c.container.Env[i])
	}
	for _, v := range e.links {
		if _, set := e.index[v.Name]; !set {
			e.add(v)
		}
	}
}

// An environment is the variables of a container in the making.
type environment struct {
	*Container
	index map[string]int // in Container.Vars
	links []Variable     // to services
}

func (e *environment) add(v Variable) {
	i, set := e.index[v.Name]
	if !set {
		i = len(e.Vars)
		e.index[v.Name] = i
		e.Vars = append(e.Vars, Variable{})
	}
	e.Vars[i] = v
}

// value is the value of a variable that is set before, or of a link to a service.
func (e *environment) value(name string) (string, bool) {
	if i, set := e.index[name]; set {
		return e.Vars[i].Value, true
	}
	for _, v := range e.links {
		if v.Name == name {
			e.pod.standIn(name, v.Value, "", v.Pos)
			return v.Value, true
		}
	}
	return "", false
}

// from adds the keys of a ConfigMap or Secret.
func (e *environment) from(f *envFrom) {
	if !e.checkEnvFrom(f) {
		return
	}
	for _, ref := range []struct {
		kind, field string
		*objectRef
	}{{"ConfigMap", "configMapRef", f.ConfigMap}, {"Secret", "secretRef", f.Secret}} {
		if ref.objectRef == nil {
			continue
		}
		d := e.pod.data(ref.kind, ref.Name, ref.Optional, ref.At("name"))
		if d == nil {
			e.Blocked = e.Blocked || !ref.Optional
			continue
		}
		for _, k := range sorted(d) {
			if !k.Binary { // the kubelet reads data only
				e.add(Variable{f.Prefix + k.Name, string(k.Bytes), f.Pos, k})
			}
		}
	}
}

// validName tells whether the kubelet takes a name for a variable: printable ASCII without =.
func validName(name string) bool {
	return name != "" && strings.IndexFunc(name, func(r rune) bool { return r == '=' || r > unicode.MaxASCII || !unicode.IsPrint(r) }) < 0
}

// set adds a variable of env:.
func (e *environment) set(v *envVar) {
	made := Variable{Name: v.Name, Pos: v.Pos}
	if v.Reported("name") {
		return
	}
	if !validName(v.Name) {
		e.pod.report(Error, problem("manifest", v.At("name"), diag.Quoted(v.Name)+" is no name of a variable", "a name has printable ASCII characters, and no ="))
		return
	}
	if v.From != nil && !e.checkSources(v) {
		return
	}
	if v.From == nil {
		made.Value = expand(v.Value, e.value)
		e.add(made)
		return
	}
	from := v.From
	set := true
	switch {
	case from.Field != nil:
		made.Value = e.pod.field(from.Field, envFields)
	case from.Resource != nil:
		if e.pod.checkResource(from.Resource, false) {
			made.Value = e.pod.resource(e.container, from.Resource)
		}
	case from.ConfigMap != nil:
		made.Key, set = e.ref("ConfigMap", from.ConfigMap)
	case from.Secret != nil:
		made.Key, set = e.ref("Secret", from.Secret)
	case from.File != nil:
		set = false // a file of a volume, which checkFileKeys holds against what confit writes
	}
	if made.Key != nil {
		made.Value = string(made.Key.Bytes)
	}
	if set {
		e.add(made)
	}
}

// ref finds the key that a variable names. Set is false where an optional one is missing: an
// earlier value stays then.
func (e *environment) ref(kind string, r *keyRef) (k *manifest.Key, set bool) {
	d := e.pod.data(kind, r.Name, r.Optional, r.At("name"))
	k = e.pod.key(d, r.Key, r.Optional, r.At("key"))
	if k != nil && k.Binary && r.Optional {
		k = nil
	}
	if k != nil && k.Binary {
		e.pod.once(d.String()+"/"+k.Name, Error, problem("missing-key", r.At("key"), "the key "+diag.Quoted(k.Name)+" of ConfigMap "+diag.Quoted(r.Name)+" is in binaryData, which no variable can have", "put it into data"))
		k = nil
	}
	e.Blocked = e.Blocked || k == nil && !r.Optional
	return k, k != nil
}

// services lists the links to services: to the API server, which every pod has, and to the
// services of the manifests unless enableServiceLinks is false. Their addresses are stand-ins.
func (e *environment) services() {
	e.link("KUBERNETES", "10.96.0.1", []port{{"https", "443", "tcp"}})
	if on := e.pod.template.Spec.EnableServiceLinks; on != nil && !*on {
		return
	}
	for _, o := range e.pod.cluster.Objects.Objects {
		if o.Kind != "Service" || o.APIVersion != "v1" || o.Namespace != "" && o.Namespace != e.pod.namespace() {
			continue
		}
		ip := manifest.ScalarAt(o.Body, "spec", "clusterIP")
		ports := manifest.NodeAt(o.Body, "spec", "ports")
		if ip == "None" || manifest.ScalarAt(o.Body, "spec", "type") == "ExternalName" || ports == nil {
			continue
		}
		var all []port
		for _, n := range ports.Content {
			all = append(all, port{manifest.ScalarAt(n, "name"), manifest.ScalarAt(n, "port"), strings.ToLower(firstOf(manifest.ScalarAt(n, "protocol"), "TCP"))})
		}
		e.link(strings.ToUpper(strings.ReplaceAll(o.Name, "-", "_")), firstOf(ip, "10.96.0."+strconv.Itoa(2+len(e.links)%250)), all)
	}
}

// A port is a port of a service.
type port struct{ name, number, protocol string }

// link adds the variables that lead to a service.
func (e *environment) link(name, ip string, ports []port) {
	if len(ports) == 0 {
		return
	}
	add := func(key, value string) {
		e.links = append(e.links, Variable{Name: name + key, Value: value, Pos: e.container.Pos})
	}
	host := ip
	if strings.Contains(ip, ":") {
		host = "[" + ip + "]"
	}
	url := func(p port) string { return p.protocol + "://" + host + ":" + p.number }
	add("_SERVICE_HOST", ip)
	add("_SERVICE_PORT", ports[0].number)
	for _, p := range ports {
		if p.name != "" {
			add("_SERVICE_PORT_"+strings.ToUpper(strings.ReplaceAll(p.name, "-", "_")), p.number)
		}
	}
	add("_PORT", url(ports[0]))
	for _, p := range ports {
		prefix := "_PORT_" + p.number + "_" + strings.ToUpper(p.protocol)
		add(prefix, url(p))
		add(prefix+"_PROTO", p.protocol)
		add(prefix+"_PORT", p.number)
		add(prefix+"_ADDR", ip)
	}
}
