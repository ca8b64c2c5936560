package sinks

import (
	"os"
	"path/filepath"

	"confit/render/content"
	"confit/render/content/reveal"
)

// Replace makes a directory hold these outputs and nothing else, without a state: it is for
// the expected files of tests, which people read and commit.
func Replace(dir string, outs []content.Output) error {
	if err := CheckOutputs(outs); err != nil {
		return err
	}
	if err := os.RemoveAll(dir); err != nil {
		return ioProblem(err, "")
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return ioProblem(err, "")
	}
	root, err := os.OpenRoot(dir)
	if err != nil {
		return ioProblem(err, "")
	}
	defer root.Close()
	for i := range outs {
		data, err := reveal.Bytes(outs[i].Content)
		if err == nil {
			err = root.MkdirAll(filepath.Dir(outs[i].Path), 0o755)
		}
		if err == nil {
			err = root.WriteFile(outs[i].Path, data, 0o644)
		}
		if err != nil {
			return ioProblem(err, "")
		}
	}
	return nil
}
