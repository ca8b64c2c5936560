// Package checkout finds the file of a checkout that a key of a ConfigMap was made from.
// kustomize and helm print a stream, and a reviewer wants the line that somebody wrote.
// Contents decide: a file that is the key's text, or a block in a file that has its lines.
// The package only reads, and within bounds.
package checkout
