package kubelet

import (
	"regexp"
	"slices"
	"strings"

	"confit/render/diag"
)

// envFields and volumeFields are the fields of a pod that a variable and a file may have.
var (
	envFields    = []string{"metadata.name", "metadata.namespace", "metadata.uid", "spec.nodeName", "spec.serviceAccountName", "status.hostIP", "status.hostIPs", "status.podIP", "status.podIPs"}
	volumeFields = []string{"metadata.name", "metadata.namespace", "metadata.uid", "metadata.labels", "metadata.annotations"}
)

// checkField refuses a field that is none of the known ones.
func (p *Pod) checkField(ref *fieldRef, known []string) bool {
	at := ref.At("fieldPath")
	if name, key, ok := subscript(ref.Path); ok {
		isMap := name == "metadata.labels" || name == "metadata.annotations"
		if name == "metadata.annotations" {
			key = strings.ToLower(key)
		}
		if isMap && qualified(key) {
			return true
		}
		p.report(Error, problem("manifest", at, diag.Quoted(ref.Path)+" names no label or annotation", "write it like metadata.labels['app']"))
		return false
	}
	switch {
	case slices.Contains(known, ref.Path):
		return true
	case slices.Contains(volumeFields, ref.Path):
		p.report(Error, problem("manifest", at, "a variable cannot have all of "+ref.Path, "name one, like "+ref.Path+"['app']"))
	case slices.Contains(envFields, ref.Path):
		p.report(Error, problem("manifest", at, "a file cannot have "+ref.Path, "set a variable from it in env:"))
	default:
		names := append(slices.Clone(known), "metadata.labels['KEY']", "metadata.annotations['KEY']")
		p.report(Error, problem("manifest", at, "the kubelet knows no field "+diag.Quoted(ref.Path)+" of a pod", diag.DidYouMeanOneOf(ref.Path, names, "the fields are ")))
	}
	return false
}

var (
	qualifiedName   = diag.LazyRegexp(`^([A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?)$`)
	qualifiedPrefix = diag.LazyRegexp(`^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$`)
)

// qualified tells whether a key may be that of a label.
func qualified(key string) bool {
	prefix, name, found := strings.Cut(key, "/")
	if !found {
		return matches(qualifiedName, key)
	}
	return matches(qualifiedName, name) && len(prefix) <= 253 && matches(qualifiedPrefix, prefix)
}

func matches(re func() *regexp.Regexp, text string) bool { return re().MatchString(text) }

// checkResource refuses a resource that the kubelet does not know. A file needs the name of
// its container.
func (p *Pod) checkResource(ref *resourceRef, isFile bool) bool {
	section, name, _ := strings.Cut(ref.Resource, ".")
	known := strings.HasPrefix(name, "hugepages-") || slices.Contains([]string{"cpu", "memory", "ephemeral-storage"}, name)
	switch {
	case isFile && ref.Container == "":
		p.report(Error, problem("manifest", ref.Pos, "a file of a resource needs the name of a container", "set containerName"))
	case section != "limits" && section != "requests" || !known:
		p.report(Error, problem("manifest", ref.At("resource"), "the kubelet knows no resource "+diag.Quoted(ref.Resource), "the resources are limits and requests of cpu, memory, ephemeral-storage and hugepages, like limits.memory"))
	default:
		return p.checkDivisor(ref)
	}
	return false
}

// checkDivisor refuses a divisor that the server does not know for the resource.
func (p *Pod) checkDivisor(ref *resourceRef) bool {
	if ref.Divisor.Rat == nil || ref.Divisor.Sign() == 0 {
		return true
	}
	units := []string{"", "k", "M", "G", "T", "P", "E"}
	hint := "the divisors are 1, 1k, 1M, 1G, 1T, 1P, 1E, 1Ki, 1Mi, 1Gi, 1Ti, 1Pi and 1Ei"
	if strings.HasSuffix(ref.Resource, ".cpu") {
		units, hint = []string{"", "m"}, "the divisors are 1 and 1m"
	} else if ref.Divisor.isBinary {
		units = []string{"Ki", "Mi", "Gi", "Ti", "Pi", "Ei"}
	}
	if ref.Divisor.hasExponent {
		units = units[:1]
	}
	for _, unit := range units {
		if ref.Divisor.Cmp(suffixes[unit]) == 0 {
			return true
		}
	}
	p.report(Error, problem("manifest", ref.At("divisor"), diag.Quoted(ref.Resource)+" cannot have this divisor", hint))
	return false
}

// checkMode refuses a mode of a file that is none.
func (p *Pod) checkMode(mode *int64, at diag.Pos) {
	if mode != nil && (*mode < 0 || *mode > 0o777) {
		p.report(Error, problem("manifest", at, "the mode is not between 0 and 0777", "write it like 0644; in JSON that is 420"))
	}
}

// checkSources refuses a valueFrom that names no source, or several.
func (e *environment) checkSources(v *envVar) bool {
	f, n := v.From, 0
	for _, set := range []bool{f.Field != nil, f.Resource != nil, f.ConfigMap != nil, f.Secret != nil, f.File != nil} {
		if set {
			n++
		}
	}
	const sources = "set one of configMapKeyRef, secretKeyRef, fieldRef, resourceFieldRef and fileKeyRef"
	name := "valueFrom of the variable " + diag.Quoted(v.Name)
	switch {
	case n == 0:
		e.pod.report(Error, problem("manifest", v.At("valueFrom"), name+" names no source", sources))
	case v.Value != "":
		e.pod.report(Error, problem("manifest", v.At("valueFrom"), "the variable "+diag.Quoted(v.Name)+" has a value and a valueFrom", "keep one of the two"))
	case n > 1:
		e.pod.report(Error, problem("manifest", v.At("valueFrom"), name+" names several sources", sources))
	default:
		return true
	}
	return false
}

// checkEnvFrom refuses an item of envFrom with a bad prefix, or without exactly one object.
func (e *environment) checkEnvFrom(f *envFrom) bool {
	switch {
	case f.Prefix != "" && !validName(f.Prefix):
		e.pod.report(Error, problem("manifest", f.At("prefix"), diag.Quoted(f.Prefix)+" cannot begin the name of a variable", "a name has printable ASCII characters, and no ="))
	case (f.ConfigMap == nil) == (f.Secret == nil):
		e.pod.report(Error, problem("manifest", f.Pos, "an item of envFrom names one object", "set either configMapRef or secretRef"))
	default:
		return true
	}
	return false
}

// checkPaths refuses a path that two items of a projected volume have.
func (w *volumeWriter) checkPaths(v *projected) {
	seen := map[string]bool{}
	check := func(path string, at diag.Pos) {
		if seen[path] && path != "" {
			w.pod.once("path "+w.volume.Name, Error, problem("volume-path", at, "two items of the volume "+diag.Quoted(w.volume.Name)+" have the path "+diag.Quoted(path), "give one of them another path"))
		}
		seen[path] = true
	}
	for i := range v.Sources {
		s := &v.Sources[i]
		for _, o := range []*objectVolume{s.ConfigMap, s.Secret} {
			for j := range o.items() {
				check(o.Items[j].Path, o.Items[j].At("path"))
			}
		}
		for j := range s.Downward.items() {
			check(s.Downward.Items[j].Path, s.Downward.Items[j].At("path"))
		}
		if s.Trust != nil {
			check(s.Trust.Path, s.Trust.At("path"))
		}
	}
}

func (v *objectVolume) items() []item {
	if v == nil {
		return nil
	}
	return v.Items
}

func (v *downwardVolume) items() []downwardItem {
	if v == nil {
		return nil
	}
	return v.Items
}

// checkPath refuses a path that is none in a volume.
func (w *volumeWriter) checkPath(path string, at diag.Pos) {
	if !validPath(path) {
		w.pod.report(Error, problem("manifest", at, diag.Quoted(path)+" is no path in a volume", "write a relative path without .., which begins with no dots"))
	}
}
