package main

import (
	"io"
	"testing"

	"confit/render/diag"
)

type writerFunc func([]byte) (int, error)

func (f writerFunc) Write(text []byte) (int, error) { return f(text) }

// TestLimitsUntilTheLastByte: the limits of a run hold while it writes its output, and while
// it words its errors.
func TestLimitsUntilTheLastByte(t *testing.T) {
	for _, args := range [][]string{
		{"validate"},
		{"validate", "--format", "json"},
		{"report", "--out", "-"},
		{"explain"},
		{"explain", "x"},
		{"diff"},
		{"diff", "--format", "json"},
		{"render", "--out", "-"},
		{"validate", "-c", "wrong.yaml"},
		{"render", "-c", "wrong.yaml"},
	} {
		dir := t.TempDir()
		t.Chdir(dir)
		put(t, dir, "confit.yaml", "version: 1\nsources: [{file: v.yaml}]\nrender: [{inline: \"{{ .Values.a }}\", to: x}]\nsinks: [{dir: out}]\n")
		put(t, dir, "wrong.yaml", "version: 1\nrender: [{inline: \"{{ .Values.a }}\", to: x}]\nsinks: [{dir: out}]\n")
		put(t, dir, "v.yaml", "a: 1\nb: 2\n")
		var c *confit
		held := 0
		c = newConfit(system{dir: dir, stderr: io.Discard, stdout: writerFunc(func(text []byte) (int, error) {
			if !c.watchdog.Armed() {
				t.Errorf("%v: the limits are off", args)
			}
			held++
			return len(text), nil
		})})
		c.console.Explain = func(*diag.Problem) {
			if !c.watchdog.Armed() {
				t.Errorf("%v: the limits are off while errors are worded", args)
			}
			held++
		}
		root := c.commands(args)
		root.SetArgs(args)
		err := root.Execute()
		if held == 0 {
			c.errorText(err)
		}
		c.watchdog.Stop()
		if held == 0 {
			t.Errorf("%v: nothing was printed: %v", args, err)
		}
	}
}
