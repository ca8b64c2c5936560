package judge

import (
	"encoding/json"
	"regexp"
	"strconv"
	"strings"

	"sigs.k8s.io/yaml"
)

var modeField = regexp.MustCompile(`(?m)((?:defaultMode|mode): )(\d+)$`)

// print writes objects as one of the tools does that people have.
func (g *generator) print(all []object) (string, error) {
	switch g.IntN(10) {
	case 0: // kubectl get -o json
		items := make([]any, len(all))
		for i := range all {
			items[i] = all[i]
		}
		text, err := json.MarshalIndent(object{"apiVersion": "v1", "kind": "List", "items": items}, "", pick(g, "", "  ", "\t"))
		return string(text), err
	case 1: // JSON, one after the other
		var b strings.Builder
		for _, o := range all {
			text, err := json.Marshal(o)
			if err != nil {
				return "", err
			}
			b.Write(text)
			b.WriteString(pick(g, "\n", "\n\n", ""))
		}
		return b.String(), nil
	case 2: // a list of lists
		var first, rest []any
		for i, o := range all {
			if i == 0 {
				first = append(first, object{"apiVersion": "v1", "kind": "List", "items": []any{o}})
			} else {
				rest = append(rest, o)
			}
		}
		text, err := yaml.Marshal(object{"apiVersion": "v1", "kind": "List", "items": append(first, rest...)})
		return g.spell(string(text)), err
	}
	var b strings.Builder
	b.WriteString(pick(g, "", "", "---\n", "# comment\n---\n", "---\n---\n"))
	for i, o := range all {
		text, err := yaml.Marshal(o)
		if err != nil {
			return "", err
		}
		if i > 0 {
			b.WriteString(pick(g, "---\n", "---\n", "--- # next\n", "---\n# Source: chart/templates/x.yaml\n", "---   \n", "\n---\n\n", "...\n---\n", "---\n---\n"))
		}
		b.Write(text)
	}
	b.WriteString(pick(g, "", "---\n", "...\n", "# end\n"))
	return g.spell(b.String()), nil
}

// spell writes the same in another spelling.
func (g *generator) spell(text string) string {
	if g.chance(0.4) { // as people write modes
		text = modeField.ReplaceAllStringFunc(text, func(m string) string {
			name, number, _ := strings.Cut(m, ": ")
			n, _ := strconv.ParseInt(number, 10, 64)
			return name + ": " + pick(g, "0", "0o") + strconv.FormatInt(n, 8)
		})
	}
	if g.chance(0.1) {
		text = strings.ReplaceAll(text, "\n", "\r\n")
	}
	if g.chance(0.05) {
		text = "\ufeff" + text
	}
	return text
}
