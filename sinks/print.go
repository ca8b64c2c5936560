package sinks

import (
	"bytes"
	"io"

	"confit/render/content"
	"confit/render/content/reveal"
	"confit/render/diag"
)

// A Named is an output with the name that its header shows.
type Named struct {
	Name    string
	Content content.Content
}

// Print writes the outputs to w in their order, with headers each below a line "# NAME".
// Sensitive outputs are masked unless secrets is set.
func Print(w io.Writer, outs []Named, headers, secrets bool) error {
	for i := range outs {
		read := content.Content.Shown
		if secrets {
			read = reveal.Bytes
		}
		text, err := read(outs[i].Content)
		if err != nil {
			return ioProblem(err, "")
		}
		if headers {
			text = headed(outs[i].Name, text)
		}
		if _, err := w.Write(text); err != nil {
			return ioProblem(err, "")
		}
	}
	return nil
}

func headed(name string, text []byte) []byte {
	all := append([]byte("# "+diag.Quoted(name)+"\n"), text...)
	if len(text) > 0 && !bytes.HasSuffix(text, []byte("\n")) {
		all = append(all, '\n')
	}
	return all
}

// Mirror hands each output with its real bytes to write, which keeps them in memory: a
// simulated container may read what another one of its pod wrote.
func Mirror(outs []content.Output, write func(o content.Output, data []byte) error) error {
	for i := range outs {
		data, err := reveal.Bytes(outs[i].Content)
		if err == nil {
			err = write(outs[i], data)
		}
		if err != nil {
			return ioProblem(err, "")
		}
	}
	return nil
}
