package integration

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"confit/integration/peers"
)

// A slip is a mistake in a text of a ConfigMap. Token is the part of the new text that the
// finding points to; "" for a finding that knows the line only.
type slip struct{ old, new, token string }

var slips = map[string]slip{
	"value of a template":   {"{{ .Values.port }}", "{{ .Values.prot }}", ".prot"},
	"second line":           {".Values.environment", ".Values.enviroment", ".enviroment"},
	"below a map":           {".labels.app", ".labels.ap", ".ap"},
	"function":              {"{{ .Values.port }}", "{{ .Values.port | upperr }}", "upperr"},
	"template that is none": {"{{ .Values.port }}", "{{ .Values.port }", ""},
	"entry of the spec":     {"- template:", "- templat:", "templat"},
	"source of the spec":    {"secret: /secret-in", "secrets: /secret-in", "secrets"},
	"sink of the spec":      {"dir: /config-out", "dri: /config-out", "dri"},
	"path of the spec":      {"downwardAPI: /podinfo", "downwardAPI: /podinf", "downwardAPI"},
	"YAML of the values":    {"port: 8080", "port: *port", ""},
}

// TestSlipsInRepositories makes the same slips in repositories of four kinds. What kustomize
// and Helm print is validated, and the finding is at the line and column of the file of the
// repository that has the slip.
func TestSlipsInRepositories(t *testing.T) {
	kustomize, helm := find(t, peers.Kustomize()), find(t, peers.Helm())
	layouts := map[string]struct {
		files map[string]string
		print []string // nil: the manifests are those of the repository
	}{
		"plain":     {map[string]string{"deploy/web.yaml": string(readFile(t, "testdata/findings/base.yaml"))}, nil},
		"generator": {generatorLayout(t), []string{kustomize, "build", "base"}},
		"overlay":   {overlayLayout(t), []string{kustomize, "build", "overlays/prod"}},
		"chart":     {chartLayout(t), []string{helm, "template", "web", "charts/web"}},
	}
	right := 0
	for layout, l := range layouts {
		for name, s := range slips {
			t.Run(layout+"/"+name, func(t *testing.T) {
				dir := t.TempDir()
				must(t, os.Mkdir(filepath.Join(dir, ".git"), 0o755))
				want := seed(t, dir, l.files, s)
				args := []string{"validate", "-f", "-"}
				var stream []byte
				if l.print == nil {
					args[2] = "deploy"
				} else {
					cmd := exec.Command(l.print[0], l.print[1:]...)
					cmd.Dir = dir
					out, err := cmd.Output()
					must(t, err)
					stream = out
				}
				cmd := exec.Command(filepath.Join(bin, "confit"), args...)
				cmd.Dir, cmd.Stdin = dir, bytes.NewReader(stream)
				out, _ := cmd.Output()
				if !strings.HasPrefix(string(out), "error: "+want) {
					t.Errorf("want %s, and not\n%s", want, out)
					return
				}
				right++
			})
		}
	}
	if right < len(layouts)*len(slips) {
		t.Errorf("%d of %d are at the right place", right, len(layouts)*len(slips))
	}
}

// seed writes the files with one slip, and gives its place.
func seed(t *testing.T, dir string, files map[string]string, s slip) (place string) {
	t.Helper()
	for name, text := range files {
		if at := strings.Index(text, s.old); at >= 0 && place == "" && !strings.Contains(name, "base/web.yaml") {
			text = text[:at] + s.new + text[at+len(s.old):]
			place = fmt.Sprintf("%s:%d:", name, 1+strings.Count(text[:at], "\n"))
			if s.token != "" {
				at += strings.Index(s.new, s.token)
				place += fmt.Sprintf("%d:", at-strings.LastIndex(text[:at], "\n"))
			}
		}
		must(t, os.MkdirAll(filepath.Join(dir, filepath.Dir(name)), 0o755))
		must(t, os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644))
	}
	if place == "" {
		t.Fatalf("no file has %q", s.old)
	}
	return place
}

// webParts are the three texts of the ConfigMap web, and the manifests without it.
func webParts(t *testing.T) (texts map[string]string, rest string) {
	t.Helper()
	base := string(readFile(t, "testdata/findings/base.yaml"))
	web, rest, _ := strings.Cut(base, "---\n")
	texts = map[string]string{}
	for _, key := range []string{"confit.yaml", "app.yaml", "app.conf.tmpl"} {
		_, text, _ := strings.Cut(web, "  "+key+": |\n")
		var b strings.Builder
		for line := range strings.Lines(text) {
			if !strings.HasPrefix(line, "    ") {
				break
			}
			b.WriteString(line[4:])
		}
		texts[key] = b.String()
	}
	return texts, rest
}

// generatorLayout has the texts in files, of which kustomize makes the ConfigMap.
func generatorLayout(t *testing.T) map[string]string {
	texts, rest := webParts(t)
	files := map[string]string{
		"base/others.yaml": rest,
		"base/kustomization.yaml": "resources: [others.yaml]\nconfigMapGenerator:\n  - name: web\n" +
			"    files: [conf/confit.yaml, conf/app.yaml, conf/app.conf.tmpl]\n",
	}
	for name, text := range texts {
		files["base/conf/"+name] = text
	}
	return files
}

// overlayLayout has the texts in a patch, over others in the base.
func overlayLayout(t *testing.T) map[string]string {
	texts, rest := webParts(t)
	var patch strings.Builder
	patch.WriteString("apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: web\ndata:\n")
	for _, name := range []string{"app.conf.tmpl", "app.yaml", "confit.yaml"} {
		patch.WriteString("  " + name + ": |\n    " + strings.TrimSuffix(strings.ReplaceAll(texts[name], "\n", "\n    "), "    "))
	}
	return map[string]string{
		"base/web.yaml":                    "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: web\ndata:\n  app.yaml: |\n    port: 1\n---\n" + rest,
		"base/kustomization.yaml":          "resources: [web.yaml]\n",
		"overlays/prod/patch.yaml":         patch.String(),
		"overlays/prod/kustomization.yaml": "resources: [../../base]\nnamePrefix: prod-\npatches: [{path: patch.yaml}]\n",
	}
}

// chartLayout has the texts in files of a chart, which a template puts into the ConfigMap.
func chartLayout(t *testing.T) map[string]string {
	texts, rest := webParts(t)
	files := map[string]string{
		"charts/web/Chart.yaml":            "apiVersion: v2\nname: web\nversion: 1.0.0\n",
		"charts/web/values.yaml":           "replicas: 2\n",
		"charts/web/templates/others.yaml": strings.Replace(rest, "replicas: 2", "replicas: {{ .Values.replicas }}", 1),
		"charts/web/templates/web.yaml": "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: web\ndata:\n" +
			"  {{- (.Files.Glob \"conf/*\").AsConfig | nindent 2 }}\n",
	}
	for name, text := range texts {
		files["charts/web/conf/"+name] = text
	}
	return files
}
