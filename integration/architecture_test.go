package integration

import (
	"maps"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// TestArchitecturePage holds the picture of docs/architecture.md to the imports: each arrow
// is an import, and each import is an arrow or follows from several. Each package has a row.
func TestArchitecturePage(t *testing.T) {
	page, err := os.ReadFile("../docs/architecture.md")
	if err != nil {
		t.Fatal(err)
	}
	_, rest, _ := strings.Cut(string(page), "```mermaid")
	picture, _, _ := strings.Cut(rest, "```")
	full := map[string]string{} // short name → package
	arrows := map[string]map[string]bool{}
	arrow := regexp.MustCompile(`(?m)^ +(\w+) --> (\w+)(?:\[([\w/]+)\])?$`)
	for _, m := range arrow.FindAllStringSubmatch(picture, -1) {
		for _, short := range m[1:3] {
			if full[short] == "" {
				full[short] = "confit/" + short
			}
		}
		if m[3] != "" {
			full[m[2]] = "confit/" + m[3]
		}
	}
	full["main"] = "confit"
	for _, m := range arrow.FindAllStringSubmatch(picture, -1) {
		from := full[m[1]]
		if arrows[from] == nil {
			arrows[from] = map[string]bool{}
		}
		arrows[from][full[m[2]]] = true
	}
	drawn := slices.Collect(maps.Values(full))
	for _, from := range drawn {
		for _, to := range goList(t, `{{join .Imports "\n"}}`, from) {
			if slices.Contains(drawn, to) && !reaches(arrows, from, to) {
				t.Errorf("%s imports %s; the picture has no way there", from, to)
			}
		}
		imports := goList(t, `{{join .Imports "\n"}}`, from)
		for to := range arrows[from] {
			if !slices.Contains(imports, to) {
				t.Errorf("the picture has an arrow from %s to %s, which it does not import", from, to)
			}
		}
	}
	for _, pkg := range goList(t, "{{.ImportPath}}", "confit/...") {
		name := strings.TrimPrefix(pkg, "confit/")
		inside := strings.Contains(pkg, "/integration") || strings.Contains(pkg, "rendertest") || strings.Contains(pkg, "/internal/") || strings.Contains(pkg, "/examples")
		if !inside && pkg != "confit" && !strings.Contains(string(page), "| `"+name+"` |") {
			t.Errorf("%s has no row in the table", pkg)
		}
	}
}

func reaches(arrows map[string]map[string]bool, from, to string) bool {
	if arrows[from][to] {
		return true
	}
	for next := range arrows[from] {
		if reaches(arrows, next, to) {
			return true
		}
	}
	return false
}
