package sources

import (
	"errors"

	"confit/render/diag"
	"confit/render/format"
	"confit/render/tree"
)

// CheckEncrypted reports the merged values that are cipher text: no application can use
// such a password. Values that a later layer has replaced do not count, and neither does
// what SOPS notes about its file.
func CheckEncrypted(root *tree.Node) error {
	var all []error
	var walk func(n *tree.Node)
	walk = func(n *tree.Node) {
		if text, ok := n.Value().(string); ok {
			if tool := format.Cipher(text); tool != "" && len(all) < maxUnusable {
				all = append(all, encrypted(n.Pos(), diag.Quoted(n.Path().String()), tool))
			}
			return
		}
		children := n.Children()
		for i := range children {
			if c := &children[i]; !isSOPSMetadata(c) {
				walk(c)
			}
		}
	}
	if root != nil {
		walk(root)
	}
	return errors.Join(all...)
}

// isSOPSMetadata recognizes the key sops:, with the checksum of the file.
func isSOPSMetadata(n *tree.Node) bool {
	return n.Key() == "sops" && n.IsMap() && n.Child("mac") != nil
}

// checkCipherFile refuses a file of values that is cipher text as a whole.
func checkCipherFile(file string, data []byte) error {
	if tool := format.Cipher(string(data[:min(len(data), 64)])); tool != "" {
		return encrypted(diag.Pos{File: file}, "the file", tool)
	}
	return nil
}

func encrypted(at diag.Pos, what, tool string) error {
	return &diag.Problem{Cause: diag.CauseData, Code: "encrypted", Pos: at, Text: what + " is cipher text of " + tool + ", and no value", Hint: format.DecryptHint}
}
