package pages

import (
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"confit/integration/harness"
)

// generated are the pages that other tests write, and decisions, which are notes of a day.
func generated(name string) bool {
	return slices.Contains([]string{"docs/functions.md", "docs/benchmarks.md", "docs/helm.md", "CHANGELOG.md"}, name) ||
		strings.HasPrefix(name, "docs/decisions/")
}

// TestLinks: each link within the repository leads to a file, and to a heading of it.
func TestLinks(t *testing.T) {
	root := harness.Repo(t)
	anchors := map[string]map[string]bool{}
	all := pages(t)
	for _, p := range all {
		anchors[p.Name] = p.Anchors()
	}
	for _, p := range all {
		for target, line := range p.Links() {
			if strings.Contains(target, "://") || strings.HasPrefix(target, "mailto:") {
				continue
			}
			name, fragment, _ := strings.Cut(target, "#")
			file := p.Name
			if name != "" {
				file = path.Join(path.Dir(p.Name), name)
			}
			if _, err := os.Stat(filepath.Join(root, file)); err != nil {
				t.Errorf("%s:%d: the link %s leads nowhere", p.Name, line+1, target)
			} else if fragment != "" && !anchors[file][fragment] {
				t.Errorf("%s:%d: %s has no heading #%s", p.Name, line+1, file, fragment)
			}
		}
	}
}

// TestIndex: docs/README.md leads to each page below docs/, or the README.md beside it does.
func TestIndex(t *testing.T) {
	all := pages(t)
	linked := map[string]bool{"docs/README.md": true}
	for _, p := range all {
		for target := range p.Links() {
			if path.Base(p.Name) == "README.md" {
				name, _, _ := strings.Cut(target, "#")
				linked[path.Join(path.Dir(p.Name), name)] = true
			}
		}
	}
	for _, p := range all {
		if strings.HasPrefix(p.Name, "docs/") && !strings.HasPrefix(p.Name, "docs/decisions/") && !linked[p.Name] {
			t.Errorf("no README.md leads to %s", p.Name)
		}
	}
}

// TestLength: no page is longer than a reader's patience.
func TestLength(t *testing.T) {
	for _, p := range pages(t) {
		limit := 250
		if p.Name == "README.md" {
			limit = 150
		}
		if len(p.Lines) > limit && !generated(p.Name) {
			t.Errorf("%s has %d lines, at most %d are allowed", p.Name, len(p.Lines), limit)
		}
	}
}

// TestSpelling: aspell or words.txt knows each word.
func TestSpelling(t *testing.T) {
	if _, err := exec.LookPath("aspell"); err != nil {
		if testing.Short() {
			t.Skip(err)
		}
		t.Fatal("sh integration/setup.sh installs aspell: ", err)
	}
	list, err := os.ReadFile("words.txt")
	must(t, err)
	known := map[string]bool{}
	for word := range strings.FieldsSeq(string(list)) {
		known[word] = true
	}
	for _, p := range pages(t) {
		if generated(p.Name) {
			continue
		}
		prose := p.Prose()
		for _, word := range misspelt(t, strings.Join(prose, "\n")) {
			if !known[word] {
				line := slices.IndexFunc(prose, func(line string) bool { return strings.Contains(line, word) })
				t.Errorf("%s:%d: %s: correct it, or add it to integration/pages/words.txt", p.Name, line+1, word)
			}
		}
	}
}

func misspelt(t *testing.T, text string) []string {
	t.Helper()
	cmd := exec.Command("aspell", "list", "--lang=en_US", "--encoding=utf-8")
	cmd.Stdin = strings.NewReader(text)
	out, err := cmd.Output()
	must(t, err)
	return strings.Fields(string(out))
}

var (
	sentenceEnd = regexp.MustCompile(`[.!?:]\s+|[.!?:]$`)
	listItem    = regexp.MustCompile(`^\s*(?:[-*]|\d+\.) `)
)

const (
	longestSentence = 28 // words
	averageSentence = 14 // words, of a page
)

// TestSentences: sentences are short. With -v it prints the average of each page.
func TestSentences(t *testing.T) {
	for _, p := range pages(t) {
		if generated(p.Name) {
			continue
		}
		words, count := 0, 0
		for _, sentence := range sentences(p) {
			n := len(strings.Fields(sentence))
			if n > longestSentence {
				t.Errorf("%s: a sentence of %d words: %s", p.Name, n, sentence)
			}
			words, count = words+n, count+1
		}
		if count == 0 {
			continue
		}
		t.Logf("%-40s %4d sentences of %4.1f words", p.Name, count, float64(words)/float64(count))
		if words > averageSentence*count {
			t.Errorf("%s: sentences have %.1f words on average, at most %d are wanted", p.Name, float64(words)/float64(count), averageSentence)
		}
	}
}

// sentences are those of paragraphs and lists. Tables have none.
func sentences(p *Page) []string {
	var all []string
	var paragraph strings.Builder
	flush := func() {
		for _, s := range sentenceEnd.Split(paragraph.String(), -1) {
			if len(strings.Fields(s)) > 2 {
				all = append(all, strings.TrimSpace(s))
			}
		}
		paragraph.Reset()
	}
	for _, line := range p.Prose() {
		switch {
		case strings.TrimSpace(line) == "" || strings.HasPrefix(line, "|") || strings.HasPrefix(line, "#") || strings.HasPrefix(line, "    "):
			flush()
			continue
		case listItem.MatchString(line):
			flush()
			line = listItem.ReplaceAllString(line, "")
		}
		paragraph.WriteString(strings.TrimSpace(line) + " ")
	}
	flush()
	return all
}

// rows are the tables of a page: the heading above, the first cell of a row, and the heading of
// a column lead to a cell.
func rows(p *Page) map[[3]string]string {
	all := map[[3]string]string{}
	title := ""
	var columns []string
	for i, line := range p.Prose() {
		if m := heading.FindStringSubmatch(line); m != nil {
			title = m[1]
		}
		if !strings.HasPrefix(line, "|") {
			columns = nil
			continue
		}
		cells := strings.Split(strings.Trim(p.Lines[i], "|"), "|")
		for n := range cells {
			cells[n] = strings.TrimSpace(cells[n])
		}
		if columns == nil {
			columns = cells
			continue
		}
		for n, text := range cells[1:] {
			if n+1 < len(columns) {
				all[[3]string{title, cells[0], columns[n+1]}] = text
			}
		}
	}
	return all
}

// TestMeasured holds the figures of the comparisons to docs/benchmarks.md.
func TestMeasured(t *testing.T) {
	tables := map[string]map[[3]string]string{}
	for _, p := range pages(t) {
		tables[p.Name] = rows(p)
	}
	measured := tables["docs/benchmarks.md"]
	for _, row := range []struct{ page, title, name, section, column string }{
		{"README.md", "Beside other tools", "start, ms", "Size and cold start", "cold start ms"},
		{"docs/comparing.md", "Speed", "cold start", "Size and cold start", "cold start ms"},
		{"docs/comparing.md", "Speed", "100 templates, 10 sources", "W2: 100 templates of 2 KB, 200 values from 10 sources", "wall ms"},
		{"docs/comparing.md", "Speed", "10,000 small templates", "W3: 10000 small templates", "wall ms"},
		{"docs/comparing.md", "Speed", "memory at start, MiB", "Size and cold start", "RSS MiB"},
		{"docs/comparing.md", "Speed", "program, MB", "Size and cold start", "size MB"},
	} {
		compared := 0
		for key, got := range tables[row.page] {
			if key[0] != row.title || key[1] != row.name || got == "–" {
				continue
			}
			compared++
			tool := strings.Replace(key[2], "Helm", "helm", 1)
			if want := measured[[3]string{row.section, tool, row.column}]; got != want {
				t.Errorf("%s: %s of %s is %s, and docs/benchmarks.md says %q", row.page, row.name, key[2], got, want)
			}
		}
		if compared < 4 {
			t.Errorf("%s: %d figures of %s", row.page, compared, row.name)
		}
	}
}
