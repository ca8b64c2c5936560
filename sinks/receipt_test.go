package sinks

import (
	"context"
	"os"
	"path/filepath"
	"testing"
)

// TestReceipt: a change makes the receipt untold before it is visible, a run without a change
// writes nothing, other runs keep the receipt, and it goes with the last output.
func TestReceipt(t *testing.T) {
	ctx, dir := context.Background(), filepath.Join(t.TempDir(), "out")
	d := Dir{Path: dir, Receipts: true}
	want := func(want Receipt) {
		t.Helper()
		if got := d.Receipt(); got != want {
			t.Errorf("the receipt is %q, want %q", got, want)
		}
	}
	publish := func(d Dir, outs files) {
		t.Helper()
		if _, err := d.Apply(ctx, outs.outputs()); err != nil {
			t.Fatal(err)
		}
	}
	want(NoReceipt)
	must(t, d.SetReceipt(ctx, Told))
	if _, err := os.Lstat(dir); err == nil {
		t.Error("a receipt made the directory")
	}

	publish(Dir{Path: dir}, files{"a": "1"})
	want(NoReceipt)
	must(t, d.SetReceipt(ctx, Told))
	want(Told)
	publish(d, files{"a": "1"})
	want(Told)
	publish(Dir{Path: dir}, files{"a": "2"}) // by an init container, say
	want(Told)
	publish(d, files{"a": "3"})
	want(Untold)
	must(t, d.SetReceipt(ctx, Told))

	name := filepath.Join(dir, ".confit-default", receiptFile)
	before, err := os.Stat(name)
	must(t, err)
	must(t, d.SetReceipt(ctx, Told))
	publish(d, files{"a": "3"})
	if after, err := os.Stat(name); err != nil || !os.SameFile(before, after) {
		t.Errorf("the receipt was written again: %v", err)
	}
	must(t, os.WriteFile(name, []byte("something else\n"), 0o600))
	want(NoReceipt)

	publish(d, files{})
	if names, _ := filepath.Glob(filepath.Join(dir, ".confit-default*")); len(names) > 0 {
		t.Errorf("without outputs there is still %v", names)
	}
}
