// Package content holds the bytes that a run passes on: the files of sources, and the
// outputs. An output that holds a secret formats as its masked form everywhere. Its real
// bytes have one door, content/reveal, which only sinks imports.
//
//	content.go       Content: the bytes of an output, and how to make them
//	file.go          File: a file of a source
//	internal/sealed  the type behind Content, and the function that opens it
//	reveal           the real bytes, for sinks
package content
