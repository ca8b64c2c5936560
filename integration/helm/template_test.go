package helm

import (
	"bytes"
	"encoding/base64"
	"maps"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

func sortedNames[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }

// wrapper is a manifest that carries the exact bytes of a template. Helm reads files
// with a leading _, and makes no manifest of them.
const wrapper = `NAME: {{ include (print .Template.BasePath "/_NAME.tmpl") . | b64enc | quote }}
`

// template makes the outputs of charts with one run of Helm, as subcharts of one: each
// has its own values and files. The names are CHART/OUTPUT. Where Helm fails, its
// message comes back.
func (f tools) template(t *testing.T, all []chart) (map[string]string, string) {
	t.Helper()
	dir := t.TempDir()
	write(t, dir, map[string]string{"Chart.yaml": "apiVersion: v2\nname: all\nversion: 0.1.0\n"})
	for _, c := range all {
		write(t, filepath.Join(dir, "charts", c.name), c.forHelm())
	}
	cmd := exec.Command(f.helm, "template", "release", dir)
	for _, home := range []string{"HELM_CACHE_HOME", "HELM_CONFIG_HOME", "HELM_DATA_HOME"} {
		cmd.Env = append(cmd.Env, home+"="+filepath.Join(dir, "home"))
	}
	var stdout, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	if err := cmd.Run(); err != nil {
		return nil, err.Error() + ": " + stderr.String()
	}
	return outputsOf(t, stdout.String()), ""
}

// forHelm moves the templates aside and puts a wrapper in the place of each.
func (c chart) forHelm() map[string]string {
	files := map[string]string{"Chart.yaml": "apiVersion: v2\nname: " + c.name + "\nversion: 0.1.0\n"}
	for name, text := range c.files {
		if out, ok := strings.CutPrefix(name, "templates/"); ok && strings.HasSuffix(out, ".tmpl") {
			name = "templates/_" + out
		}
		files[name] = text
	}
	for _, name := range c.outputs() {
		files["templates/"+name+".manifest"] = strings.ReplaceAll(wrapper, "NAME", name)
	}
	return files
}

// outputsOf takes apart what helm template prints: for each manifest a line that names
// its template, and one that is the wrapper's.
func outputsOf(t *testing.T, printed string) map[string]string {
	t.Helper()
	outputs := map[string]string{}
	chart := ""
	for line := range strings.Lines(printed) {
		if source, ok := strings.CutPrefix(line, "# Source: all/charts/"); ok {
			chart, _, _ = strings.Cut(source, "/")
			continue
		}
		name, text, ok := strings.Cut(strings.TrimSpace(line), `: "`)
		if !ok {
			continue
		}
		data, err := base64.StdEncoding.DecodeString(strings.TrimSuffix(text, `"`))
		if err != nil {
			t.Fatalf("%q: %v", line, err)
		}
		outputs[chart+"/"+name] = string(data)
	}
	return outputs
}
