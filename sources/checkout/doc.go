// Package checkout finds the file of a checkout that a key of a ConfigMap was made from.
// kustomize and helm print a stream, and a reviewer wants the line that somebody wrote.
// Contents decide: a file that is the key's text, or a block in a file that has its lines. A
// file that Git ignores is none: a tool may have made it.
// The package only reads, and within bounds.
//
//	checkout.go   the text files of a checkout, and what a key was made from
//	ignored.go    the rules of .gitignore
//	repository.go the names of files as platforms show them
package checkout
