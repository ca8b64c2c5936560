package tree

import (
	"slices"
	"strings"

	"confit/render/diag"
)

// Sensitive tells whether n itself is sensitive.
func (n *Node) Sensitive() bool { return n.flags&sensitive != 0 }

// IsStandIn tells whether n stands in for a value of a Secret that is not at hand.
func (n *Node) IsStandIn() bool { return n.origin != nil && n.origin.StandIn }

// HasSensitive tells whether n or a node below it is sensitive.
func (n *Node) HasSensitive() bool {
	if n.Sensitive() {
		return true
	}
	kids := n.Children()
	for i := range kids {
		if kids[i].HasSensitive() {
			return true
		}
	}
	return false
}

// MarkSensitive makes n and all nodes below it sensitive.
func (n *Node) MarkSensitive() {
	n.flags |= sensitive
	kids := n.Children()
	for i := range kids {
		kids[i].MarkSensitive()
	}
}

// HasSecretKey tells whether the name of n was read from a secret, and nothing public has it.
func (n *Node) HasSecretKey() bool { return n.flags&secretKey != 0 }

// HasSecretKeys tells whether a member of n has a secret name.
func (n *Node) HasSecretKeys() bool {
	m, _ := n.val.(Members)
	return slices.ContainsFunc(m, func(c Node) bool { return c.HasSecretKey() })
}

// ShownKey is the name of n in its map, or the mask.
func (n *Node) ShownKey() string {
	if n.HasSecretKey() {
		return diag.Mask
	}
	return n.key
}

// MarkSecretKeys makes all names below n secret: n is the content of a secret file, or a
// sensitive value.
func (n *Node) MarkSecretKeys() {
	kids := n.Children()
	for i := range kids {
		if n.IsMap() {
			kids[i].flags |= secretKey
		}
		kids[i].MarkSecretKeys()
	}
}

// RevealKeys takes the mark of a secret from the names below n that are public.
func (n *Node) RevealKeys(public func(name string) bool) {
	kids := n.Children()
	for i := range kids {
		if kids[i].HasSecretKey() && public(kids[i].key) {
			kids[i].flags &^= secretKey
		}
		kids[i].RevealKeys(public)
	}
}

// MaskedMember is a copy of a member of a map for a masked run. Its name is the mask.
func (n *Node) MaskedMember() Node {
	c := *n
	c.key = diag.Mask
	return c
}

// KeyNode is the name of n as a value of its own. It counts as read where n is.
func (n *Node) KeyNode() *Node {
	return &Node{parent: n.parent, val: n.key, key: n.key, origin: n.origin, line: n.line, id: n.id, flags: sensitive | secretKey}
}

// MarkSensitiveKeys makes each member below n sensitive, with all nodes below it, if match
// accepts its key, or the path of keys that leads there, joined by dots. The items of a list
// have the path of the list. A value that an alias repeats is sensitive in all places. The
// nodes are those of one file.
func (n *Node) MarkSensitiveKeys(match func(key, path string) bool) {
	n.markMatches("", match)
	secret, names := map[int32]bool{}, map[int32]string{}
	for known := -1; known < len(secret)+len(names); { // to mark a map can add originals
		known = len(secret) + len(names)
		n.markShared(secret, names)
	}
}

// markShared marks the copies of sensitive nodes, and the names of these that a merge key has
// copied. It adds the numbers of their originals, and the names.
func (n *Node) markShared(secret map[int32]bool, names map[int32]string) {
	if n.shared != 0 && secret[n.shared] && !n.Sensitive() {
		n.MarkSensitive()
		n.MarkSecretKeys()
	}
	if name, there := names[n.shared]; there && name == n.key {
		n.flags |= secretKey
	}
	if n.shared != 0 && n.Sensitive() {
		secret[n.shared] = true
	}
	if n.shared != 0 && n.HasSecretKey() {
		names[n.shared] = n.key
	}
	kids := n.Children()
	for i := range kids {
		kids[i].markShared(secret, names)
	}
}

func (n *Node) markMatches(path string, match func(key, path string) bool) {
	kids := n.Children()
	for i := range kids {
		kid, at := &kids[i], path
		if n.IsMap() {
			at = strings.TrimPrefix(path+"."+kid.key, ".")
			if match(kid.key, at) {
				kid.MarkSensitive()
				kid.MarkSecretKeys()
			}
		}
		kid.markMatches(at, match)
	}
}

// EachKey calls f with the name and the path of each member below n that may be shown.
func (n *Node) EachKey(f func(key, path string)) { n.eachKey("", f) }

func (n *Node) eachKey(path string, f func(key, path string)) {
	kids := n.Children()
	for i := range kids {
		kid, at := &kids[i], path
		if kid.HasSecretKey() {
			continue
		}
		if n.IsMap() {
			at = strings.TrimPrefix(path+"."+kid.key, ".")
			f(kid.key, at)
		}
		kid.eachKey(at, f)
	}
}

func (n *Node) markOrigin() {
	if n.origin != nil && n.origin.Sensitive {
		n.flags |= sensitive
	}
}
