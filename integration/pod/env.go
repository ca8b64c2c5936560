package pod

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

// environ is what the kubelet puts into a container's environment, sorted:
// envFrom, then env over it, then the service links that neither has named.
func (p *Pod) environ(c *Container) (map[string]string, error) {
	env := map[string]string{}
	links := p.serviceLinks()
	for _, from := range c.EnvFrom {
		data, binary, err := p.envFrom(from)
		if err != nil {
			return nil, err
		}
		for key, v := range data {
			if _, isBinary := binary[key]; isBinary {
				continue
			}
			if name := from.Prefix + key; validEnvName(name) {
				env[name] = v
			}
		}
	}
	for _, e := range c.Env {
		if e.ValueFrom == nil {
			env[e.Name] = expand(string(e.Value), env, links)
			continue
		}
		v, ok, err := p.valueFrom(c, e.ValueFrom)
		if err != nil {
			return nil, fmt.Errorf("env %s: %w", e.Name, err)
		}
		if ok {
			env[e.Name] = v
		}
	}
	maps.Copy(links, env)
	return links, nil
}

// validEnvName is the rule since Kubernetes 1.34: printable ASCII but no "=".
func validEnvName(name string) bool {
	return name != "" && !strings.ContainsFunc(name, func(r rune) bool { return r < ' ' || r > '~' || r == '=' })
}

func (p *Pod) envFrom(from EnvFrom) (data map[string]string, binary map[string]text, err error) {
	if from.SecretRef != nil {
		data, err = object("secret", p.Manifest.Secrets, *from.SecretRef)
		return data, nil, err
	}
	if from.ConfigMapRef != nil {
		data, err = object("configmap", p.Manifest.ConfigMaps, *from.ConfigMapRef)
		return data, p.Manifest.Binary[from.ConfigMapRef.Name], err
	}
	return nil, nil, nil
}

// object looks up a ConfigMap or Secret; an optional one that is not there is
// empty.
func object(kind string, all map[string]map[string]string, ref Ref) (map[string]string, error) {
	data, ok := all[ref.Name]
	if !ok && !ref.Optional {
		return nil, fmt.Errorf("%s %q not found", kind, ref.Name)
	}
	return data, nil
}

// valueFrom is false for an optional key that is not there.
func (p *Pod) valueFrom(c *Container, from *ValueFrom) (v string, ok bool, err error) {
	switch {
	case from.ConfigMapKeyRef != nil:
		return key("configmap", p.Manifest.ConfigMaps, *from.ConfigMapKeyRef)
	case from.SecretKeyRef != nil:
		return key("secret", p.Manifest.Secrets, *from.SecretKeyRef)
	case from.FileKeyRef != nil:
		return p.fileKey(*from.FileKeyRef)
	case from.FieldRef != nil:
		v, err = p.field(from.FieldRef.FieldPath)
	case from.ResourceFieldRef != nil:
		v, err = p.resource(c, *from.ResourceFieldRef)
	}
	return v, true, err
}

func key(kind string, all map[string]map[string]string, ref KeyRef) (string, bool, error) {
	data, err := object(kind, all, Ref{ref.Name, ref.Optional})
	if err != nil {
		return "", false, err
	}
	v, ok := data[ref.Key]
	if !ok && !ref.Optional {
		return "", false, fmt.Errorf("key %s not found in %s %q", ref.Key, kind, ref.Name)
	}
	return v, ok, nil
}

// expand replaces $(NAME) by the first variable of that name, and $$ by $. What
// is not set stays as it is written.
func expand(s string, vars ...map[string]string) string {
	var b strings.Builder
	for {
		before, after, found := strings.Cut(s, "$")
		b.WriteString(before)
		if !found {
			return b.String()
		}
		name, rest, closed := strings.Cut(strings.TrimPrefix(after, "("), ")")
		switch {
		case strings.HasPrefix(after, "$"):
			b.WriteByte('$')
			s = after[1:]
		case strings.HasPrefix(after, "(") && closed:
			b.WriteString(lookup(name, vars))
			s = rest
		default:
			b.WriteByte('$')
			s = after
		}
	}
}

func lookup(name string, vars []map[string]string) string {
	for _, m := range vars {
		if v, ok := m[name]; ok {
			return v
		}
	}
	return "$(" + name + ")"
}

// serviceLinks are the variables of every Service with a cluster IP, in both of
// the traditional spellings. Those of the API server are always there.
func (p *Pod) serviceLinks() map[string]string {
	env := map[string]string{}
	link(env, "kubernetes", "10.96.0.1", []port{{"https", 443, "TCP"}})
	if on := p.spec().EnableServiceLinks; on != nil && !*on {
		return env
	}
	for i, s := range p.Manifest.Services {
		ip := s.ClusterIP
		if ip == "None" || len(s.Ports) == 0 {
			continue
		}
		if ip == "" {
			ip = fmt.Sprintf("10.96.0.%d", 10+i)
		}
		var ports []port
		for _, q := range s.Ports {
			ports = append(ports, port{q.Name, q.Port, q.Protocol})
		}
		link(env, s.Name, ip, ports)
	}
	return env
}

type port struct {
	name     string
	number   int
	protocol string
}

func link(env map[string]string, service, ip string, ports []port) {
	prefix := envName(service)
	env[prefix+"_SERVICE_HOST"] = ip
	for i, q := range ports {
		protocol := strings.ToLower(q.protocol)
		if protocol == "" {
			protocol = "tcp"
		}
		url := fmt.Sprintf("%s://%s:%d", protocol, ip, q.number)
		if i == 0 {
			env[prefix+"_SERVICE_PORT"] = fmt.Sprint(q.number)
			env[prefix+"_PORT"] = url
		}
		if q.name != "" {
			env[prefix+"_SERVICE_PORT_"+envName(q.name)] = fmt.Sprint(q.number)
		}
		one := fmt.Sprintf("%s_PORT_%d_%s", prefix, q.number, strings.ToUpper(protocol))
		env[one] = url
		env[one+"_PROTO"] = protocol
		env[one+"_PORT"] = fmt.Sprint(q.number)
		env[one+"_ADDR"] = ip
	}
}

func envName(name string) string { return strings.ToUpper(strings.ReplaceAll(name, "-", "_")) }

// sorted lists a map's entries as NAME=value.
func sorted(env map[string]string) []string {
	var list []string
	for _, name := range slices.Sorted(maps.Keys(env)) {
		list = append(list, name+"="+env[name])
	}
	return list
}
