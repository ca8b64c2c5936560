package render

import (
	"errors"
	"fmt"
	"io/fs"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"

	"confit/render/diag"
)

// A Mode is the permission bits of a file, written as octal text.
type Mode fs.FileMode

// FromSpec parses "0640".
func (m *Mode) FromSpec(n *yaml.Node) error {
	if n.ShortTag() == "!!int" {
		return fmt.Errorf("a bare %s is a number to YAML, not the octal text of a mode: write it in quotes, %q", diag.Quoted(n.Value), "0"+strings.TrimLeft(n.Value, "0o"))
	}
	bits, err := strconv.ParseUint(n.Value, 8, 32)
	if n.ShortTag() != "!!str" || err != nil || bits > 0o777 || bits == 0 {
		return errors.New(`a mode is octal text from "0001" to "0777", like "0640"`)
	}
	*m = Mode(bits)
	return nil
}

// mode is the mode of the entry, or else 0644, or 0640 for an output that read a secret. A
// file that is executable at its source stays executable.
func (e *Entry) mode(secret bool, source fs.FileMode) fs.FileMode {
	if e.Mode != 0 {
		return fs.FileMode(e.Mode)
	}
	mode := fs.FileMode(0o644)
	if secret {
		mode = 0o640
	}
	if source&0o111 != 0 {
		mode |= mode >> 2 & 0o111
	}
	return mode
}
