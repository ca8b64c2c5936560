package kubelet

import (
	"fmt"
	"maps"
	"math/big"
	"slices"
	"strconv"
	"strings"

	"confit/render/diag"
)

// fieldStandIns are the values of fields that only a cluster knows.
var fieldStandIns = map[string]string{
	"metadata.uid": "00000000-0000-0000-0000-000000000000", "spec.nodeName": "node",
	"status.hostIP": "192.0.2.1", "status.hostIPs": "192.0.2.1", "status.podIP": "192.0.2.2", "status.podIPs": "192.0.2.2",
}

// field is the value of a field of the pod, which is one of those that known lists.
func (p *Pod) field(ref *fieldRef, known []string) string {
	meta := &p.template.Metadata
	at := ref.At("fieldPath")
	if !p.checkField(ref, known) {
		return ""
	}
	if v, ok := p.cluster.Fields[ref.Path]; ok {
		return v
	}
	switch name, key, _ := subscript(ref.Path); name {
	case "metadata.labels":
		if key != "" {
			return meta.Labels[key]
		}
		return formatMap(meta.Labels)
	case "metadata.annotations":
		if key != "" {
			return meta.Annotations[key]
		}
		return formatMap(meta.Annotations)
	case "metadata.name":
		if !p.IsPod() {
			p.fieldStandIn(ref.Path, p.Object.Name, at)
		}
		return p.Object.Name
	case "metadata.namespace":
		return firstOf(p.namespace(), "default")
	case "spec.serviceAccountName":
		return firstOf(p.template.Spec.ServiceAccount, p.template.Spec.OldServiceAccount, "default")
	case "spec.nodeName":
		if p.template.Spec.NodeName != "" {
			return p.template.Spec.NodeName
		}
	}
	p.fieldStandIn(ref.Path, fieldStandIns[ref.Path], at)
	return fieldStandIns[ref.Path]
}

func firstOf(texts ...string) string {
	for _, t := range texts {
		if t != "" {
			return t
		}
	}
	return ""
}

// subscript splits metadata.labels['app'].
func subscript(field string) (name, key string, ok bool) {
	inner, closed := strings.CutSuffix(field, "']")
	name, key, ok = strings.Cut(inner, "['")
	if !closed || !ok || name == "" {
		return field, "", false
	}
	return name, key, true
}

// formatMap writes labels or annotations as the downward API does.
func formatMap(m map[string]string) string {
	var lines []string
	for _, k := range slices.Sorted(maps.Keys(m)) {
		lines = append(lines, k+"="+strconv.Quote(m[k]))
	}
	return strings.Join(lines, "\n")
}

// resource is the value of a resource of a container, in units of the divisor, rounded up.
// Of is the container whose variable it is; nil for a file.
func (p *Pod) resource(of *container, ref *resourceRef) string {
	overcommitted := true // the node gives what has no limit
	if ref.Container != "" {
		isVariable := of != nil
		named := p.containerNamed(ref.Container)
		if named == nil {
			p.report(Error, problem("manifest", ref.At("containerName"), "the pod has no container "+diag.Quoted(ref.Container), ""))
			return ""
		}
		of, overcommitted = named.container, !isVariable || !named.Init // the kubelet forgets init containers there
	}
	if v, ok := p.cluster.Fields[ref.Resource]; ok {
		return v
	}
	section, name, _ := strings.Cut(ref.Resource, ".")
	amount := of.Resources.Limits[name].Rat
	if request, set := of.Resources.Requests[name]; section == "requests" && (set || amount == nil) {
		amount = request.Rat
	}
	unlimited, isKnown := amount == nil || amount.Sign() == 0, true
	switch ofPod := p.template.Spec.Resources.limit(name); {
	case section != "limits" || !overcommitted || !unlimited || strings.HasPrefix(name, "hugepages-"):
	case ofPod != nil:
		amount = ofPod
	default:
		isKnown = false
		if amount = big.NewRat(1<<30, 1); name == "cpu" {
			amount = big.NewRat(1, 1)
		}
	}
	value := ref.inUnits(amount)
	if !isKnown {
		p.fieldStandIn(ref.Resource, value, ref.At("resource"))
	}
	return value
}

// inUnits is an amount in units of the divisor, rounded up.
func (ref *resourceRef) inUnits(amount *big.Rat) string {
	if amount == nil {
		return "0"
	}
	divisor := ref.Divisor.Rat
	if divisor == nil || divisor.Sign() == 0 {
		divisor = big.NewRat(1, 1)
	}
	return ceil(new(big.Rat).Quo(amount, divisor))
}

// ceil is the number rounded up to a whole one.
func ceil(r *big.Rat) string {
	n := new(big.Int).Add(r.Num(), new(big.Int).Sub(r.Denom(), big.NewInt(1)))
	return fmt.Sprint(n.Div(n, r.Denom()))
}

func (p *Pod) containerNamed(name string) *Container {
	for _, c := range p.Containers {
		if c.Name == name {
			return c
		}
	}
	return nil
}
