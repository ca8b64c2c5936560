package pages

import (
	"fmt"
	"os"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode"
)

// A Page is a Markdown file.
type Page struct {
	Name   string // relative to the root of the repository
	Lines  []string
	Blocks []*Block
	prose  []int // indexes of the lines outside of blocks
}

// A Block is a fenced block of code.
type Block struct {
	At, End  int // indexes of the first line below the fence, and of the closing fence
	indent   string
	Language string
	File     string
	Fresh    bool
	Same     bool
	Status   int
	Lines    []string
	Before   string // the paragraph before it
}

// Text is the block as a file.
func (b *Block) Text() string { return strings.Join(b.Lines, "\n") + "\n" }

var fence = regexp.MustCompile("^( *)(```+)(.*)$")

// Read parses a page. A word of an info string that means nothing is an error.
func Read(root, name string) (*Page, error) {
	data, err := os.ReadFile(root + "/" + name)
	if err != nil {
		return nil, err
	}
	p := &Page{Name: name, Lines: strings.Split(strings.TrimSuffix(string(data), "\n"), "\n")}
	var open *Block
	mark, before := "", ""
	for i, line := range p.Lines {
		m := fence.FindStringSubmatch(line)
		switch {
		case open != nil && m != nil && m[2] == mark && m[3] == "":
			open.End = i
			p.Blocks, open = append(p.Blocks, open), nil
		case open != nil:
			open.Lines = append(open.Lines, strings.TrimPrefix(line, open.indent))
		case m != nil:
			mark = m[2]
			open = &Block{At: i + 1, indent: m[1], Before: before}
			if err := open.read(m[3]); err != nil {
				return nil, fmt.Errorf("%s:%d: %w", name, i+1, err)
			}
		default:
			p.prose = append(p.prose, i)
			if i > 0 && strings.TrimSpace(p.Lines[i-1]) == "" {
				before = ""
			}
			before += line + "\n"
		}
	}
	if open != nil {
		return nil, fmt.Errorf("%s:%d: the block has no end", name, open.At)
	}
	return p, nil
}

// read takes the words of an info string.
func (b *Block) read(info string) (err error) {
	for i, word := range strings.Fields(info) {
		key, value, _ := strings.Cut(word, "=")
		switch {
		case i == 0:
			b.Language = word
		case key == "file":
			b.File = value
		case word == "fresh":
			b.Fresh = true
		case word == "same" && b.Language == "console":
			b.Same = true
		case key == "status" && b.Language == "console":
			b.Status, err = strconv.Atoi(value)
		default:
			err = fmt.Errorf("the info string has %q", word)
		}
	}
	return err
}

// Rewrite puts the lines of the blocks into the page.
func (p *Page) Rewrite(root string) error {
	lines := slices.Clone(p.Lines)
	for _, b := range slices.Backward(p.Blocks) {
		var indented []string
		for _, line := range b.Lines {
			indented = append(indented, strings.TrimRight(b.indent+line, " "))
		}
		lines = slices.Replace(lines, b.At, b.End, indented...)
	}
	return os.WriteFile(root+"/"+p.Name, []byte(strings.Join(lines, "\n")+"\n"), 0o644)
}

// Runs reports whether the page has something to run.
func (p *Page) Runs() bool {
	for _, b := range p.Blocks {
		if b.File != "" || b.Language == "console" {
			return true
		}
	}
	return false
}

var (
	code     = regexp.MustCompile("``[^`]+``|`[^`]+`")
	link     = regexp.MustCompile(`\[([^\]]*)\]\(([^)\s]+)\)`)
	source   = regexp.MustCompile(`(?:src|srcset|href)="([^"]+)"`)
	markup   = regexp.MustCompile(`<[^>]+>`)
	heading  = regexp.MustCompile(`^#{1,6} +(.*)$`)
	explicit = regexp.MustCompile(`<a (?:id|name)="([^"]+)"`)
)

// Links are the targets of a page's links and pictures, with the index of their line.
func (p *Page) Links() map[string]int {
	found := map[string]int{}
	for _, i := range p.prose {
		line := code.ReplaceAllString(p.Lines[i], "x")
		for _, m := range link.FindAllStringSubmatch(line, -1) {
			found[m[2]] = i
		}
		for _, m := range source.FindAllStringSubmatch(line, -1) {
			found[m[1]] = i
		}
	}
	return found
}

// Anchors are the fragments that a link to the page may have.
func (p *Page) Anchors() map[string]bool {
	all := map[string]bool{}
	for _, i := range p.prose {
		if m := explicit.FindStringSubmatch(p.Lines[i]); m != nil {
			all[m[1]] = true
		}
		m := heading.FindStringSubmatch(p.Lines[i])
		if m == nil {
			continue
		}
		slug := slug(m[1])
		name := slug
		for n := 1; all[name]; n++ {
			name = slug + "-" + strconv.Itoa(n)
		}
		all[name] = true
	}
	return all
}

// slug is the name that GitHub gives a heading.
func slug(title string) string {
	title = link.ReplaceAllString(title, "$1")
	return strings.Map(func(r rune) rune {
		switch {
		case r == ' ':
			return '-'
		case r == '-' || r == '_' || unicode.IsLetter(r) || unicode.IsDigit(r):
			return unicode.ToLower(r)
		}
		return -1
	}, title)
}

// Prose is the text outside of blocks, a line each, without code, addresses and markup.
// Inline code is the letter X.
func (p *Page) Prose() []string {
	lines := make([]string, len(p.Lines))
	for _, i := range p.prose {
		if strings.HasPrefix(p.Lines[i], "    ") {
			continue // code, too
		}
		line := code.ReplaceAllString(p.Lines[i], "X")
		line = link.ReplaceAllString(line, "$1")
		lines[i] = markup.ReplaceAllString(line, "")
	}
	return lines
}
