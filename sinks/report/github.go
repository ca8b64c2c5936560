package report

import (
	"fmt"
	"slices"
	"strings"

	"confit/render/diag"
)

// shown is the number of annotations of a level that GitHub shows for a step. It drops the
// others without a word.
const shown = 10

var (
	commandText     = strings.NewReplacer("%", "%25", "\r", "%0D", "\n", "%0A")
	commandProperty = strings.NewReplacer("%", "%25", "\r", "%0D", "\n", "%0A", ":", "%3A", ",", "%2C")
)

// github is workflow commands, which annotate lines of a pull request. Where GitHub would drop
// some, the last command of a level counts them, and plain lines list them for the log.
func (r *Report) github() string {
	var b, log strings.Builder
	for _, level := range levels {
		all := slices.DeleteFunc(slices.Clone(r.Findings), func(f Finding) bool { return f.Level != level })
		var rest []Finding
		if len(all) > shown {
			all = spread(all)
			all, rest = all[:shown-1], all[shown-1:]
		}
		for i := range all {
			b.WriteString(annotation(&all[i]))
		}
		if len(rest) > 0 {
			b.WriteString(command(level, []string{"title=confit"}, fmt.Sprintf("… and %d more; the log has them all", len(rest))))
		}
		for i := range rest {
			log.WriteString(rest[i].line())
		}
	}
	return b.String() + log.String()
}

// spread puts the first finding of each file first, then the second of each, and so on.
func spread(all []Finding) []Finding {
	rank := make(map[string]int)
	ranks := make([]int, len(all))
	order := make([]int, len(all))
	for i := range all {
		ranks[i], order[i] = rank[all[i].File], i
		rank[all[i].File]++
	}
	slices.SortStableFunc(order, func(a, b int) int { return ranks[a] - ranks[b] })
	sorted := make([]Finding, len(all))
	for i, from := range order {
		sorted[i] = all[from]
	}
	return sorted
}

// annotation is the command for a finding.
func annotation(f *Finding) string {
	var properties []string
	add := func(name, value string) {
		if value != "" {
			properties = append(properties, name+"="+commandProperty.Replace(diag.EscapeLine(value)))
		}
	}
	if f.File != "" {
		add("file", f.File)
		properties = append(properties, fmt.Sprintf("line=%d,col=%d", max(f.Line, 1), max(f.Col, 1)))
	}
	add("title", f.Code)
	return command(f.Level, properties, strings.Join(f.lines(), "\n"))
}

func command(level string, properties []string, text string) string {
	head := strings.TrimSpace(level + " " + strings.Join(properties, ","))
	return "::" + head + "::" + commandText.Replace(text) + "\n"
}
