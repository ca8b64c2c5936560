package sinks

import (
	"bytes"
	"io"

	"confit/render/content"
	"confit/render/content/reveal"
	"confit/render/diag"
)

// Print writes the outputs to w in their order. A single one is written as it is; each of
// several has a line "# PATH" above it. Sensitive outputs are masked unless secrets is set.
func Print(w io.Writer, outs []content.Output, secrets bool) error {
	for i := range outs {
		read := content.Content.Shown
		if secrets {
			read = reveal.Bytes
		}
		text, err := read(outs[i].Content)
		if err != nil {
			return ioProblem(err, "")
		}
		if len(outs) > 1 {
			text = headed(outs[i].Path, text)
		}
		if _, err := w.Write(text); err != nil {
			return ioProblem(err, "")
		}
	}
	return nil
}

func headed(path string, text []byte) []byte {
	all := append([]byte("# "+diag.Quoted(path)+"\n"), text...)
	if len(text) > 0 && !bytes.HasSuffix(text, []byte("\n")) {
		all = append(all, '\n')
	}
	return all
}
