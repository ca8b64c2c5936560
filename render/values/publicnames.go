package values

import (
	"iter"
	"strings"
	"unicode"

	"confit/render/content"
	"confit/render/diag"
	"confit/render/tree"
)

// secretWords are the words of the names that were read from secrets, each with whether
// something public has it, too. A name is shown only if all of its words are public: it may be a
// part of the secret, as where a PEM key is read as a properties file.
type secretWords map[string]bool

// Public is what everybody may read who sees the messages of a run.
type Public struct {
	Texts []string // of the spec and the command line
	Files []*content.File
	Trees []*tree.Node
}

// ShowKeys lets messages and masked outputs show the names in secret files that something
// public has, too: a text, a template, a schema, or another layer.
func ShowKeys(layers []Layer, public Public, budget *diag.Budget) {
	words := secretWords{}
	for _, l := range layers {
		if l.SecretKeys && l.Root != nil {
			words.addSecrets(l.Root, budget)
		}
	}
	if len(words) == 0 {
		return
	}
	words.publish(public.Texts...)
	for _, f := range public.Files {
		words.publishFile(f)
	}
	for _, n := range public.Trees {
		words.publishTree(n)
	}
	for _, l := range layers {
		if l.Root != nil {
			words.publishTree(l.Root)
		}
	}
	for _, l := range layers {
		if l.SecretKeys && l.Root != nil {
			l.Root.ShowKeys(words.arePublic)
		}
	}
}

// wordsOf splits a text into words: letters, digits, dashes and underscores.
func wordsOf(text string) iter.Seq[string] {
	return func(yield func(string) bool) {
		for word := range strings.FieldsFuncSeq(text, func(r rune) bool {
			return r != '_' && r != '-' && !unicode.IsLetter(r) && !unicode.IsDigit(r)
		}) {
			if !yield(strings.Trim(word, "-")) {
				return
			}
		}
	}
}

// addSecrets adds the words of the secret names below n.
func (w secretWords) addSecrets(n *tree.Node, budget *diag.Budget) {
	const entry = 64 // bytes, about
	kids := n.Children()
	for i := range kids {
		if kids[i].HasSecretKey() {
			for word := range wordsOf(kids[i].Key()) {
				if _, known := w[word]; !known {
					budget.Charge(entry)
					w[word] = false
				}
			}
		}
		w.addSecrets(&kids[i], budget)
	}
}

// publish marks the words of public texts.
func (w secretWords) publish(texts ...string) {
	for _, text := range texts {
		for word := range wordsOf(text) {
			if public, known := w[word]; known && !public {
				w[word] = true
			}
		}
	}
}

// publishFile marks the words of a template that is no secret.
func (w secretWords) publishFile(f *content.File) {
	if f.Sensitive {
		return
	}
	if data, err := f.Bytes(); err == nil { // who executes the file reports the error
		w.publish(string(data))
	}
}

// publishTree marks the words of the names and texts below n that are no secrets.
func (w secretWords) publishTree(n *tree.Node) {
	if text, ok := n.Value().(string); ok && !n.Sensitive() {
		w.publish(text)
	}
	kids := n.Children()
	for i := range kids {
		if n.IsMap() && !kids[i].HasSecretKey() {
			w.publish(kids[i].Key())
		}
		w.publishTree(&kids[i])
	}
}

// arePublic tells whether a name has words, and all of them are public.
func (w secretWords) arePublic(name string) bool {
	any := false
	for word := range wordsOf(name) {
		if any = true; !w[word] {
			return false
		}
	}
	return any
}
