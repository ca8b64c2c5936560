package main

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
)

// TestOrderOfErrors: of several errors and notices, every run reports the same in the same
// order.
func TestOrderOfErrors(t *testing.T) {
	deep := strings.Repeat("a.", 60)
	lists, items, toml, templates := "", "", "", ""
	for i := range 8 {
		lists += fmt.Sprintf("l%d: {by: k}, ", i)
		items += fmt.Sprintf("l%d: [{x: 1}]\n", i)
		toml += fmt.Sprintf("[k%d.%sb.%sc]\nx = 1\n", i, deep, deep)
		templates += fmt.Sprintf("  - {inline: \"{{ .Values.k%d }}{{ fail `x` }}\", to: \"x%d\"}\n", i, i)
	}
	spec := func(source, entries string) string {
		return "version: 1\nsources: [" + source + "]\nrender:\n" + entries + "sinks: [{dir: out}]\n"
	}
	const all = "  - {values: ., to: all.yaml}\n"
	for name, c := range map[string]struct {
		spec string
		args []string
		env  []string
	}{
		"TOML":      {spec: spec("{file: v.toml}", all)},
		"lists":     {spec: spec("{file: l.yaml}, {file: l.yaml, lists: {"+lists+"}}", all)},
		"templates": {spec: spec("{file: v.yaml}", templates)},
		"files":     {spec: spec("{file: a}, {file: b}, {dir: c}, {configMap: d}, {secret: e}", all)},
		"replace":   {spec: spec("{file: v.yaml}", all), args: []string{"--replace", "a=x", "--replace", "b=x", "--replace", "c=x", "--git-ref", "d=x", "--git-ref", "e=x"}},
		"variables": {spec: spec("{file: v.yaml}", all), env: []string{"CONFIT_A=1", "CONFIT_B=1", "CONFIT_C=1", "CONFIT_ROOT=x", "CONFIT_SET=x"}},
		"unused":    {spec: spec("{file: v.yaml}", "  - {inline: x, to: x}\n")},
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			t.Chdir(dir)
			put(t, dir, "confit.yaml", c.spec)
			put(t, dir, "l.yaml", items)
			put(t, dir, "v.toml", toml)
			put(t, dir, "v.yaml", "a: 1\nb: {c: 1, d: 2}\ne: [1, 2]\n")
			first := ""
			for i := range 50 {
				var stdout, stderr bytes.Buffer
				env := append([]string{"APP_X=1"}, c.env...)
				rand.Shuffle(len(env), func(i, j int) { env[i], env[j] = env[j], env[i] })
				run(append([]string{"validate"}, c.args...), system{stdout: &stdout, stderr: &stderr, dir: dir, env: env, exit: func(int) {}})
				switch got := stdout.String() + stderr.String(); {
				case i == 0 && strings.Count(got, "\n") < 2:
					t.Fatalf("only %q is reported", got)
				case i == 0:
					first = got
				case got != first:
					t.Fatalf("run %d reports\n%s\nand the first reports\n%s", i, got, first)
				}
			}
		})
	}
}
