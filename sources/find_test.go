package sources

import (
	"slices"
	"strings"
	"testing"

	"confit/render/content"
)

// TestPick: which files of a tree an entry names, and what they are called below it.
func TestPick(t *testing.T) {
	tree := func(paths string) (files []content.File) {
		for p := range strings.FieldsSeq(paths) {
			files = append(files, content.File{Path: p, Tree: "site"}, content.File{Path: p, Tree: "other"})
		}
		return files
	}
	for name, c := range map[string]struct{ files, entry, want string }{
		"all":                      {"a d/b", "", "a d/b"},
		"dot":                      {"a d/b", ".", "a d/b"},
		"a file":                   {"a d/b", "d/b", "b"},
		"a folder":                 {"a d/b d/e/c", "d", "b e/c"},
		"a folder and a slash":     {"a d/b d/e/c", "d/", "b e/c"},
		"nothing":                  {"a d/b", "x", ""},
		"a glob":                   {"a.x b.y d/c.x", "*.x", "a.x"},
		"a glob below":             {"a.x d/b.x d/e/c.x", "d/*.x", "b.x"},
		"everything below":         {"a d/b d/e/c", "d/**", "b e/c"},
		"everything":               {"a d/b", "**", "a d/b"},
		"all below a file":         {"d", "d/**", "d"},
		"all below both":           {"d d/b", "d/**", "d b"},
		"all below a deep file":    {"d/e", "d/e/**", "d/e"},
		"an escape in the folder":  {"d/x1 d/x2", `\d/x*`, "d/x1 d/x2"},
		"escapes all over":         {"dir/x1", `\d\i\r/x*`, "dir/x1"},
		"a folder with a bracket":  {"a[1]/f b", "a[1]", "f"},
		"a file with a bracket":    {"a[1] b", "a[1]", "a[1]"},
		"a glob with a bracket":    {"a1 a2 b", "a[1]", "a1"},
		"the same beginning alone": {"dir/a dirty/b", "dir", "a"},
	} {
		t.Run(name, func(t *testing.T) {
			found := findInTree(tree(c.files), "site", c.entry)
			var got []string
			for _, f := range found.Files {
				if f.Tree != "site" {
					t.Errorf("%s is of another tree", f.Path)
				}
				got = append(got, strings.TrimPrefix(f.Path, found.Prefix))
			}
			if want := strings.Fields(c.want); !slices.Equal(got, want) {
				t.Errorf("findInTree(%q) = %q, want %q", c.entry, got, want)
			}
		})
	}
}
