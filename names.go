package main

import (
	"slices"
	"strings"
	"unicode"

	"go.yaml.in/yaml/v3"

	"confit/render/content"
	"confit/render/tree"
	"confit/render/values"
)

// A publicText knows the words of everything that is no secret. A name that was read from a
// secret is shown only if all of its words are public: the name may be a part of the secret, as
// where a PEM key is read as a properties file.
type publicText struct{ words map[string]bool }

// showKeys lets messages and masked outputs show the names in secret files that the spec, a
// template, a schema, the command line or another source has, too. Texts are of the command line.
func (in *inputs) showKeys(sp *spec, texts []string) {
	secret := func(l values.Layer) bool { return l.SecretKeys }
	if !slices.ContainsFunc(in.layers, secret) {
		return
	}
	public := publicText{map[string]bool{}}
	public.add(texts...)
	public.add(sp.texts...)
	for i := range sp.Render {
		for _, f := range executedBy(&sp.Render[i], in.found[sp.Render[i].Ref()]) {
			public.addFile(f)
		}
	}
	if in.schema != nil {
		public.addTree(in.schema.Root())
	}
	for _, s := range in.schemas {
		if s != nil {
			public.addTree(s.Root())
		}
	}
	for _, l := range in.layers {
		if l.Root != nil {
			public.addTree(l.Root)
		}
	}
	for _, l := range in.layers {
		if l.SecretKeys && l.Root != nil {
			l.Root.ShowKeys(public.has)
		}
	}
}

// wordsOf splits a text into words: letters, digits, dashes and underscores.
func wordsOf(text string) []string {
	words := strings.FieldsFunc(text, func(r rune) bool {
		return r != '_' && r != '-' && !unicode.IsLetter(r) && !unicode.IsDigit(r)
	})
	for i := range words {
		words[i] = strings.Trim(words[i], "-")
	}
	return words
}

func (p publicText) add(texts ...string) {
	for _, text := range texts {
		for _, word := range wordsOf(text) {
			p.words[word] = true
		}
	}
}

// addFile adds the text of a template that is no secret.
func (p publicText) addFile(f *content.File) {
	if f.Sensitive {
		return
	}
	if data, err := f.Bytes(); err == nil { // who executes the file reports the error
		p.add(string(data))
	}
}

// addTree adds the names and texts below n that are no secrets.
func (p publicText) addTree(n *tree.Node) {
	if text, ok := n.Value().(string); ok && !n.Sensitive() {
		p.add(text)
	}
	kids := n.Children()
	for i := range kids {
		if n.IsMap() && !kids[i].HasSecretKey() {
			p.add(kids[i].Key())
		}
		p.addTree(&kids[i])
	}
}

// has tells whether all words of a name are public.
func (p publicText) has(name string) bool {
	words := wordsOf(name)
	private := func(word string) bool { return !p.words[word] }
	return len(words) > 0 && !slices.ContainsFunc(words, private)
}

// scalarsOf are the names and texts of a document.
func scalarsOf(n *yaml.Node) []string {
	if n.Kind == yaml.ScalarNode {
		return []string{n.Value}
	}
	var all []string
	for _, c := range n.Content {
		all = append(all, scalarsOf(c)...)
	}
	return all
}
