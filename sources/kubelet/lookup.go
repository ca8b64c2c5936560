package kubelet

import (
	"regexp"
	"slices"
	"strings"

	"confit/render/diag"
	"confit/sources/manifest"
)

// data finds the keys of a ConfigMap or Secret that something at a place needs; nil where
// there are none. A missing one is an error of the pod, told once, unless it is optional.
// Cluster.Findings tells of one that the server refuses.
func (p *Pod) data(kind, name string, optional bool, at diag.Pos) *manifest.Data {
	if o := p.cluster.Objects.Find(kind, p.namespace(), name); o != nil {
		if o.Keys().Err != nil {
			return nil
		}
		return o.Keys()
	}
	if optional {
		return nil
	}
	if p.cluster.Assumed[strings.ToLower(kind)+"/"+name] {
		p.once(kind+"/"+name, Notice, problem("stand-in", at, kind+" "+diag.Quoted(name)+" is assumed to be there, with keys that nobody knows", ""))
		return nil
	}
	text := kind + " " + diag.Quoted(name) + " is not in the manifests"
	missing := problem("missing-object", at, text, p.missingHint(kind, name))
	missing.Cause = diag.CauseInput
	for _, o := range p.cluster.Objects.Others(kind, name) {
		missing.Notes = append(missing.Notes, "one of this name is in the namespace "+diag.Quoted(o.Namespace)+", at "+o.Pos.String())
	}
	p.once(kind+"/"+name, Error, missing)
	return nil
}

// hashed matches a name with the hash that kustomize appends.
var hashed = regexp.MustCompile(`^-[0-9a-z]{10}$`)

// missingHint says what may be meant by the name of a missing object.
func (p *Pod) missingHint(kind, name string) string {
	names := p.cluster.Objects.Names(kind, p.namespace())
	for _, n := range names {
		if rest, ok := strings.CutPrefix(n, name); ok && hashed.MatchString(rest) {
			return "kustomize has renamed it to " + diag.Quoted(n) + ", and not this reference: it does not know the field, or the object is in another namespace"
		}
	}
	if len(diag.Nearest(name, names)) > 0 {
		return diag.DidYouMean(name, names, "")
	}
	return "add its manifest, or use --assume " + strings.ToLower(kind) + "/" + name + " if only the cluster has it"
}

// key finds a key of a ConfigMap or Secret. A missing one is an error of the pod, unless it
// is optional.
func (p *Pod) key(d *manifest.Data, name string, optional bool, at diag.Pos) *manifest.Key {
	if d == nil {
		return nil
	}
	k := d.Keys[name]
	if k == nil && !optional {
		missing := problem("missing-key", at, d.Kind+" "+diag.Quoted(d.Name)+" has no key "+diag.Quoted(name), diag.DidYouMean(name, d.Names(), "its keys are "+diag.QuotedList(d.Names())))
		missing.Cause = diag.CauseInput
		missing.Notes = []string{"the " + d.Kind + " is at " + d.Pos.String()}
		p.once(d.String()+"/"+name, Error, missing)
	}
	return k
}

// standIn tells that a value which only a cluster knows has a stand-in.
func (p *Pod) standIn(name string, at diag.Pos) {
	p.once("field "+name, Notice, problem("stand-in", at, diag.Quoted(name)+" is known in a cluster only; a stand-in takes its place", "set it with --field "+name+"=VALUE"))
}

// sorted are the keys of a ConfigMap or Secret by name.
func sorted(d *manifest.Data) []*manifest.Key {
	keys := make([]*manifest.Key, 0, len(d.Keys))
	for _, k := range d.Keys {
		keys = append(keys, k)
	}
	slices.SortFunc(keys, func(a, b *manifest.Key) int { return strings.Compare(a.Name, b.Name) })
	return keys
}
