package kubelet

import (
	"slices"
	"strings"

	"confit/render/diag"
	"confit/sources/manifest"
)

// data finds the keys of a ConfigMap or Secret that something at a place needs; nil where
// there are none. A missing one is an error of the pod, told once, unless it is optional.
// Cluster.Findings tells of one that the server refuses.
func (p *Pod) data(kind, name string, optional bool, at diag.Pos) *manifest.Data {
	if name == "" {
		p.report(Error, problem("manifest", at, "the name of the "+kind+" is missing", ""))
		return nil
	}
	o := p.cluster.Objects.Find(kind, p.namespace(), name)
	if kind == "Secret" && (o == nil && !optional || o != nil && o.IsEncrypted()) {
		return p.secretStandIn(o, name, at)
	}
	if o != nil {
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
var hashed = diag.LazyRegexp(`^-[0-9a-z]{10}$`)

// missingHint says what may be meant by the name of a missing object.
func (p *Pod) missingHint(kind, name string) string {
	names := p.cluster.Objects.Names(kind, p.namespace())
	for _, n := range names {
		if rest, ok := strings.CutPrefix(n, name); ok && hashed().MatchString(rest) {
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
	if k == nil && d.Open && !optional {
		k = d.AddStandIn(name, nil)
	}
	if k == nil && !optional {
		missing := problem("missing-key", at, d.Kind+" "+diag.Quoted(d.Name)+" has no key "+diag.Quoted(name), diag.DidYouMean(name, d.Names(), "its keys are "+diag.QuotedList(d.Names())))
		missing.Cause = diag.CauseInput
		missing.Notes = []string{"the " + d.Kind + " is at " + d.Pos.String()}
		p.once(d.String()+"/"+name, Error, missing)
	}
	return k
}

// standIn tells that a value which only a cluster knows has another one in its place.
func (p *Pod) standIn(name, value, hint string, at diag.Pos) {
	p.once("field "+name, Notice, problem("stand-in", at, diag.Quoted(name)+" is known in a cluster only; confit uses "+diag.Quoted(value)+" in its place", hint))
}

// fieldStandIn is standIn for a field that the command line can set.
func (p *Pod) fieldStandIn(name, value string, at diag.Pos) {
	p.standIn(name, value, "set it with --field "+name+"=VALUE", at)
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

// secretStandIn stands in for a Secret that is not at hand, or that is encrypted. Without
// AssumeSecrets that is an error; the rest is checked all the same.
func (p *Pod) secretStandIn(o *manifest.Object, name string, at diag.Pos) *manifest.Data {
	c := p.cluster
	id := p.namespace() + "/" + name
	d := c.standIns[id]
	if d == nil {
		if c.standIns == nil {
			c.standIns = map[string]*manifest.Data{}
		}
		d = c.Objects.StandIn(p.namespace(), name, at)
		c.standIns[id] = d
	}
	p.StandIns = true
	level, told := Notice, problem("stand-in", at, "Secret "+diag.Quoted(name)+" is not at hand; a stand-in takes its place", "")
	if !c.AssumeSecrets && !c.Assumed["secret/"+name] {
		level = Error
		told = problem("missing-object", at, "Secret "+diag.Quoted(name)+" is not in the manifests", "add its manifest, or check the rest with a stand-in: --assume-secrets")
		if near := p.missingHint("Secret", name); !strings.HasPrefix(near, "add ") {
			told.Hint = near
		}
		told.Cause = diag.CauseInput
	}
	if o != nil {
		told.Text = "Secret " + diag.Quoted(name) + " is encrypted"
		told.Hint = "--assume-secrets checks the rest with a stand-in; nothing is ever decrypted"
	}
	switch keys := diag.QuotedList(d.Names()); {
	case len(d.Keys) > 0 && !d.Open:
		told.Notes = append(told.Notes, "its keys are "+keys+", as "+d.Pos.String()+" shows")
	case len(d.Keys) > 0:
		told.Notes = append(told.Notes, "it has at least the keys "+keys+", as "+d.Pos.String()+" shows; nobody knows the others")
	case level == Notice && d.APIVersion != "":
		told.Notes = append(told.Notes, "nobody knows its keys: "+d.Pos.String()+" takes them all from outside")
	case level == Notice:
		told.Notes = append(told.Notes, "nothing shows its keys, so any key is taken for right")
	}
	for _, other := range c.Objects.Others("Secret", name) {
		if other != o {
			told.Notes = append(told.Notes, "one of this name is in the namespace "+diag.Quoted(other.Namespace)+", at "+other.Pos.String())
		}
	}
	if level == Error && !p.said["Secret/"+name] {
		p.passable++
	}
	p.once("Secret/"+name, level, told)
	return d
}
