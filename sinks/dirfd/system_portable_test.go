//go:build linux && portable

package dirfd

import (
	"errors"
	"io/fs"
	"testing"
)

// TestTwoNames goes on where RenameNoReplace was killed after it gave a file its second name.
func TestTwoNames(t *testing.T) {
	top := open(t, "a", "c").Top()
	must(t, top.Link("a", top, "b"))
	must(t, top.RenameNoReplace("a", top, "b"))
	if there, err := top.Has("a"); there || err != nil {
		t.Errorf("Has(a) = %v, %v, want false", there, err)
	}
	if err := top.RenameNoReplace("b", top, "c"); !errors.Is(err, fs.ErrExist) || top.Same("b", top, "c") {
		t.Errorf("RenameNoReplace to the name of another file: %v", err)
	}
}
