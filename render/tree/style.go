package tree

import (
	"bytes"
	"encoding/json"
)

// IsPlain tells whether n was written in YAML without quotes.
func (n *Node) IsPlain() bool { return n.flags&isPlain != 0 }

// HasPlainKey tells whether the key of n was written in YAML without quotes.
func (n *Node) HasPlainKey() bool { return n.flags&hasPlainKey != 0 }

// SetPlain records that YAML had n without quotes.
func (n *Node) SetPlain() { n.flags |= isPlain }

// SetPlainKey records that YAML had the key of n without quotes.
func (n *Node) SetPlainKey() { n.flags |= hasPlainKey }

// PlainText is a text that goes into YAML without quotes, as it was read.
type PlainText string

func (s PlainText) String() string { return string(s) }

// A StyledMap is a map of which some keys go into YAML without quotes, as they were read.
type StyledMap struct {
	Members   map[string]any
	PlainKeys map[string]bool
}

// MarshalJSON writes the members. The encoder that calls it escapes HTML, if that is asked.
func (m *StyledMap) MarshalJSON() ([]byte, error) {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	err := enc.Encode(m.Members)
	return b.Bytes(), err
}
