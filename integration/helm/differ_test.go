package helm

import (
	"encoding/json"
	"fmt"
	"path/filepath"
	"strings"
	"testing"
)

// made is what one of the two made of a template.
type made struct{ text, failed string }

// chart makes one of a difference.
func (d difference) chart(name string) chart {
	return chart{name: name, files: map[string]string{"values.yaml": d.values + "\n", "templates/out.txt.tmpl": d.template, "files/two": "one"}}
}

// TestDifferences: each difference is what the list says, on both sides.
func TestDifferences(t *testing.T) {
	found := find(t)
	helm := found.helmMakes(t)
	for i, s := range differences() {
		for j, d := range s.list {
			t.Run(s.title+"/"+d.name, func(t *testing.T) {
				name := chartName(i, j)
				helm, confit := helm(t, name, d), found.confitMakes(t, name, d)
				if helm.text != d.helm || !strings.Contains(helm.failed, d.helmFails) || (d.helmFails == "") != (helm.failed == "") {
					t.Errorf("Helm makes %q %s of %s, and the list says %q %s", helm.text, helm.failed, d.template, d.helm, d.helmFails)
				}
				if confit != (made{d.confit, d.refused}) {
					t.Errorf("confit makes %q %s of %s, and the list says %q %s", confit.text, confit.failed, d.template, d.confit, d.refused)
				}
				if helm == confit {
					t.Errorf("both make %q of %s: this is no difference any more", helm.text, d.template)
				}
			})
		}
	}
}

func chartName(section, index int) string { return fmt.Sprintf("d%d-%d", section, index) }

// helmMakes runs Helm once for all that it does not fail on, and gives what tells its
// result: where it fails, by a run for that difference alone.
func (f tools) helmMakes(t *testing.T) func(t *testing.T, name string, d difference) made {
	t.Helper()
	var all []chart
	for i, s := range differences() {
		for j, d := range s.list {
			if d.helmFails == "" {
				all = append(all, d.chart(chartName(i, j)))
			}
		}
	}
	texts, failed := f.template(t, all)
	if failed != "" {
		t.Error(failed)
	}
	return func(t *testing.T, name string, d difference) made {
		t.Helper()
		if text, ok := texts[name+"/out.txt"]; ok {
			return made{text: text}
		}
		own, failed := f.template(t, []chart{d.chart(name)})
		return made{own[name+"/out.txt"], failed}
	}
}

// confitMakes gives the code of the error in place of its text.
func (f tools) confitMakes(t *testing.T, name string, d difference) made {
	t.Helper()
	out := t.TempDir()
	if err := f.render(t, d.chart(name), out); err != nil {
		return made{failed: code(t, err.Error())}
	}
	return made{text: read(t, filepath.Join(out, "out.txt"))}
}

// code is that of the first error of a log.
func code(t *testing.T, log string) string {
	t.Helper()
	for line := range strings.Lines(log) {
		var p struct{ Level, Code string }
		if json.Unmarshal([]byte(line), &p) == nil && p.Level == "error" {
			return p.Code
		}
	}
	t.Errorf("no error in %s", log)
	return ""
}
