package tree

import (
	"strings"
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

// MarkSensitiveKeys makes each member below n sensitive, with all nodes below it, if match
// accepts its key, or the path of keys that leads there, joined by dots. The items of a list
// have the path of the list. A value that an alias repeats is sensitive in all places. The
// nodes are those of one file.
func (n *Node) MarkSensitiveKeys(match func(key, path string) bool) {
	n.markMatches("", match)
	secret := map[int32]bool{}
	for known := -1; known < len(secret); { // to mark a map can add originals
		known = len(secret)
		n.markShared(secret)
	}
}

// markShared marks the copies of sensitive nodes, and adds the numbers of their originals.
func (n *Node) markShared(secret map[int32]bool) {
	if n.shared != 0 && secret[n.shared] && !n.Sensitive() {
		n.MarkSensitive()
	}
	if n.shared != 0 && n.Sensitive() {
		secret[n.shared] = true
	}
	kids := n.Children()
	for i := range kids {
		kids[i].markShared(secret)
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
			}
		}
		kid.markMatches(at, match)
	}
}

func (n *Node) markOrigin() {
	if n.origin != nil && n.origin.Sensitive {
		n.flags |= sensitive
	}
}
