package pod

import (
	"fmt"
	"maps"
	"math"
	"slices"
	"strconv"
	"strings"
)

// The node that pods run on, as the downward API shows it.
const (
	nodeName   = "node-1"
	nodeIP     = "192.0.2.1"
	nodeCPU    = 2
	nodeMemory = 8 << 30
)

// field is the value of one field of the pod, formatted as the kubelet does.
func (p *Pod) field(path string) (string, error) {
	meta := p.Manifest.Template.Metadata
	if name, key, ok := subscript(path); ok {
		switch name {
		case "metadata.labels":
			return p.labels()[key], nil
		case "metadata.annotations":
			return meta.Annotations[key], nil
		}
	}
	switch path {
	case "metadata.name":
		return p.Name, nil
	case "metadata.namespace":
		return p.namespace(), nil
	case "metadata.uid":
		return p.uid, nil
	case "metadata.labels":
		return quoted(p.labels()), nil
	case "metadata.annotations":
		return quoted(meta.Annotations), nil
	case "spec.nodeName":
		return nodeName, nil
	case "spec.serviceAccountName":
		if name := p.spec().ServiceAccountName; name != "" {
			return name, nil
		}
		return "default", nil
	case "status.podIP", "status.podIPs":
		return podIP, nil
	case "status.hostIP", "status.hostIPs":
		return nodeIP, nil
	}
	return "", fmt.Errorf("field %s: not one that a pod can read", path)
}

// subscript splits name['key'].
func subscript(path string) (name, key string, ok bool) {
	name, rest, ok := strings.Cut(path, "['")
	key, found := strings.CutSuffix(rest, "']")
	return name, key, ok && found
}

// quoted is key="value" a line, without a newline at the end.
func quoted(m map[string]string) string {
	var lines []string
	for _, key := range slices.Sorted(maps.Keys(m)) {
		lines = append(lines, fmt.Sprintf("%s=%q", key, m[key]))
	}
	return strings.Join(lines, "\n")
}

// resource is a quantity of a container, rounded up to whole divisors. A limit
// that is not set is what the node has; a request that is not set is its limit,
// or nothing.
func (p *Pod) resource(c *Container, ref ResourceRef) (string, error) {
	if ref.ContainerName != "" {
		if c = p.Manifest.Container(ref.ContainerName); c == nil {
			return "", fmt.Errorf("no container is named %s", ref.ContainerName)
		}
	}
	list, name, _ := strings.Cut(ref.Resource, ".")
	written, ok := c.Resources.Limits[name]
	node := map[string]float64{"cpu": nodeCPU, "memory": nodeMemory}[name]
	switch {
	case list == "requests" && c.Resources.Requests[name] != "":
		written = c.Resources.Requests[name]
	case list == "requests" && !ok:
		written = "0"
	case !ok:
		written = strconv.FormatFloat(node, 'f', -1, 64)
	}
	amount, err := quantity(written)
	if err != nil {
		return "", err
	}
	divisor := 1.0
	if ref.Divisor != "" && ref.Divisor != "0" {
		if divisor, err = quantity(ref.Divisor); err != nil {
			return "", err
		}
	}
	return strconv.FormatFloat(math.Ceil(amount/divisor), 'f', -1, 64), nil
}

var suffixes = map[string]float64{
	"": 1, "m": 1e-3, "k": 1e3, "M": 1e6, "G": 1e9, "T": 1e12,
	"Ki": 1 << 10, "Mi": 1 << 20, "Gi": 1 << 30, "Ti": 1 << 40,
}

// quantity reads a number as Kubernetes writes them: 500m, 64Mi.
func quantity(s string) (float64, error) {
	digits := strings.TrimRight(s, "mkKMGTi")
	n, err := strconv.ParseFloat(digits, 64)
	unit, known := suffixes[s[len(digits):]]
	if err != nil || !known {
		return 0, fmt.Errorf("quantity %q: want a form like 500m or 64Mi", s)
	}
	return n * unit, nil
}
