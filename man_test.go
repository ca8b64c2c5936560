package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/spf13/cobra/doc"
)

// TestManPages makes a man page of each command. The variable MAN names a directory that
// keeps them, and a release has them from there. A test makes them, so that confit does not
// link what they need.
func TestManPages(t *testing.T) {
	dir := os.Getenv("MAN")
	if dir == "" {
		dir = t.TempDir()
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	root := newConfit(system{}).commands(nil)
	root.DisableAutoGenTag = true // it has today's date
	if err := doc.GenManTree(root, &doc.GenManHeader{Section: "1", Source: "confit " + version, Manual: "confit"}, dir); err != nil {
		t.Fatal(err)
	}
	pages := map[string]string{"confit.1": "render"}
	for _, v := range verbs() {
		pages["confit-"+v.name+".1"] = v.short
	}
	for name, text := range pages {
		page, err := os.ReadFile(filepath.Join(dir, name))
		if err != nil {
			t.Error(err)
		} else if !strings.Contains(string(page), text) {
			t.Errorf("%s does not have %q", name, text)
		}
	}
}
