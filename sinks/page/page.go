package page

import (
	"crypto/sha256"
	_ "embed"
	"encoding/base64"
	"strconv"

	"confit/render/diag"
)

// A Page is what is known of a run.
type Page struct {
	Subject   string // the spec or the manifests
	Manifests bool   // the subject is manifests
	Version   string // of confit
	Summary   string // the line that counts
	Problems  []Problem
	Changes   []Comparison
	Run       *Run  // of a spec; nil where there is none
	Pods      []Pod // of manifests
}

var (
	//go:embed page.css
	style string
	//go:embed page.js
	script string
)

// hash is the source of a policy that allows one text.
func hash(text string) string {
	sum := sha256.Sum256([]byte(text))
	return "'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) + "'"
}

const head = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src %; script-src %; base-uri 'none'; form-action 'none'">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="referrer" content="no-referrer">
<title>% · confit report</title>
`

const search = `</ul></nav>
<div id="search" role="search" hidden><label for="words">Search values, files and problems <kbd>/</kbd></label>
<input id="words" type="search" autocomplete="off" spellcheck="false"><output id="found" for="words"></output></div>
</header>
<main id="main" tabindex="-1">
`

// HTML is the page. The same Page always makes the same bytes.
func (p *Page) HTML() string {
	w := &writer{left: totalText}
	w.put(head, hash(style), hash(script), p.Subject)
	w.WriteString("<style>" + style + "</style>\n</head>\n<body>\n")
	p.header(w)
	p.problems(w)
	p.changes(w)
	if p.Run != nil {
		p.Run.sections(w, "h2", "")
	}
	for i := range p.Pods {
		p.Pods[i].section(w, podID(i))
	}
	w.WriteString("</main>\n<script>" + script + "</script>\n</body>\n</html>\n")
	return w.String()
}

// header tells what was rendered, counts, leads to the sections and has the search.
func (p *Page) header(w *writer) {
	kind := "spec"
	if p.Manifests {
		kind = "manifests"
	}
	w.put(`<a class="skip" href="#main">Skip to the content</a>
<header>
<h1>confit report</h1>
<p>Made of the % <code>%</code> by confit %</p>
<p class="count">%</p>
<nav aria-label="Sections"><ul>
`, kind, diag.Quoted(p.Subject), p.Version, p.Summary)
	link(w, "problems", "Problems", len(p.Problems))
	if len(p.Changes) > 0 {
		n := 0
		for i := range p.Changes {
			n += len(p.Changes[i].changes())
		}
		link(w, "changes", "Changes", n)
	}
	if p.Run != nil {
		link(w, "files", "Files", len(p.Run.Files))
		link(w, "values", "Values", len(p.Run.Values))
	}
	for i := range p.Pods {
		w.put("<li><a href=\"#%\">%</a></li>\n", podID(i), diag.Quoted(p.Pods[i].Name))
	}
	w.put(search)
}

func link(w *writer, id, title string, n int) {
	w.put("<li><a href=\"#%\">%</a> %</li>\n", id, title, strconv.Itoa(n))
}

// more tells how many items of a list are left out.
func more(w *writer, n int, what, where string) {
	if n > 0 {
		w.note(diag.Plural(n, "more "+what) + " not shown: see " + where)
	}
}
