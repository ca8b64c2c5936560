package values

import (
	"iter"
	"strings"
	"unicode"

	"confit/render/content"
	"confit/render/diag"
	"confit/render/tree"
)

// keyWords holds each word of the keys in secret files, and whether it is public: whether
// something that is no secret has it, too. A key is shown only if all of its words are public.
// Others stay hidden, as a key may be a part of the secret: where a PEM key is read as a
// properties file, say.
type keyWords map[string]bool

// Public is what everybody may read who sees the messages of a run.
type Public struct {
	Texts []string // of the spec and the command line
	Files []*content.File
	Trees []*tree.Node
}

// RevealPublicKeys lets messages and masked outputs show the keys in secret files whose words
// are public: in a text, a template, a schema, or another layer.
func RevealPublicKeys(layers []Layer, public Public, budget *diag.Budget) {
	words := keyWords{}
	for _, l := range layers {
		if l.SecretKeys && l.Root != nil {
			words.addSecretKeys(l.Root, budget)
		}
	}
	if len(words) == 0 {
		return
	}
	words.markPublic(public.Texts...)
	for _, f := range public.Files {
		words.markFile(f)
	}
	for _, n := range public.Trees {
		words.markTree(n)
	}
	for _, l := range layers {
		if l.Root != nil {
			words.markTree(l.Root)
		}
	}
	for _, l := range layers {
		if l.SecretKeys && l.Root != nil {
			l.Root.RevealKeys(words.isPublicName)
		}
	}
}

// wordsOf yields the words of a text: runs of letters, digits, underscores and dashes, without
// dashes at the ends, which may be those of {{- and -}}. Keys are compared by words because a
// template may name the parts of db.password apart.
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

// addSecretKeys adds the words of the secret keys below n.
func (w keyWords) addSecretKeys(n *tree.Node, budget *diag.Budget) {
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
		w.addSecretKeys(&kids[i], budget)
	}
}

// markPublic marks the words of public texts.
func (w keyWords) markPublic(texts ...string) {
	for _, text := range texts {
		for word := range wordsOf(text) {
			if public, known := w[word]; known && !public {
				w[word] = true
			}
		}
	}
}

// markFile marks the words of a template that is no secret.
func (w keyWords) markFile(f *content.File) {
	if f.Sensitive {
		return
	}
	if data, err := f.Bytes(); err == nil { // who executes the file reports the error
		w.markPublic(string(data))
	}
}

// markTree marks the words of the names and texts below n that are no secrets.
func (w keyWords) markTree(n *tree.Node) {
	if text, ok := n.Value().(string); ok && !n.Sensitive() {
		w.markPublic(text)
	}
	kids := n.Children()
	for i := range kids {
		if n.IsMap() && !kids[i].HasSecretKey() {
			w.markPublic(kids[i].Key())
		}
		w.markTree(&kids[i])
	}
}

// isPublicName tells whether a key has words, and all of them are public.
func (w keyWords) isPublicName(name string) bool {
	any := false
	for word := range wordsOf(name) {
		if any = true; !w[word] {
			return false
		}
	}
	return any
}
