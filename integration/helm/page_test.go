package helm

import (
	"fmt"
	"os"
	"strings"
	"testing"

	"confit/integration/peers"
)

const pageHead = `# Coming from Helm

Templates that use ` + "`.Values`, `.Files`" + `, sprig's functions and Helm's own work unchanged but for what is
listed below: named templates, helpers with a dict context, ` + "`tpl`, `toYaml | nindent`" + ` and the rest. This page is held
to Helm %s by tests that run both on the same input (` + "`go test ./integration/helm`" + `).

## The same

%d templates, written as charts write those of their ConfigMaps, make the same bytes with both. They are worth
a look as examples: ` + "`integration/helm/testdata`" + `.

| templates | |
|---|---|
%s
## What differs, and why

confit refuses what Helm prints wrongly, and prints what was written. A code links what confit says to
[errors.md](errors.md).
`

const sectionHead = `
### %s

| values | template | Helm | confit | why |
|---|---|---|---|---|
`

// TestPage holds docs/helm.md to the templates and the differences; UPDATE=1 writes it.
func TestPage(t *testing.T) {
	const name = "../../docs/helm.md"
	want := page(t)
	if os.Getenv("UPDATE") != "" {
		if err := os.WriteFile(name, []byte(want), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if got, err := os.ReadFile(name); err != nil || string(got) != want {
		t.Errorf("docs/helm.md is not what the tests hold (%v): make update", err)
	}
}

func page(t *testing.T) string {
	t.Helper()
	return fmt.Sprintf(pageHead, peers.Helm().Version, count(charts(t)), same(t)) + differing()
}

func count(all []chart) int {
	n := 0
	for _, c := range all {
		n += len(c.outputs())
	}
	return n
}

func same(t *testing.T) string {
	t.Helper()
	var b strings.Builder
	for _, c := range charts(t) {
		fmt.Fprintf(&b, "| %s | %s |\n", c.title, "`"+strings.Join(c.outputs(), "` `")+"`")
	}
	return b.String()
}

func differing() string {
	var b strings.Builder
	for _, s := range differences() {
		fmt.Fprintf(&b, sectionHead, s.title)
		for _, d := range s.list {
			helm, confit := cell(d.helm), cell(d.confit)
			if d.helmFails != "" {
				helm = "fails: " + d.helmFails
			}
			if d.refused != "" {
				confit = "refused: " + cell(d.refused)
			}
			fmt.Fprintf(&b, "| %s | %s | %s | %s | %s |\n", cell(d.values), cell(d.template), helm, confit, d.why)
		}
	}
	return b.String()
}

// cell is a text as code in a table.
func cell(s string) string {
	if s == "" {
		return "nothing"
	}
	return "`" + strings.NewReplacer("\n", `\n`, "|", `\|`).Replace(s) + "`"
}
