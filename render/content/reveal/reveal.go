// Package reveal is the one door to the real bytes of an output. Only sinks imports it, to
// write the bytes to their place; a test of the imports pins that.
package reveal

import (
	"confit/render/content"
	"confit/render/content/internal/sealed"
)

// Bytes returns the real bytes. It fails only for a blob that cannot be loaded.
func Bytes(c content.Content) ([]byte, error) { return sealed.Open(c) }

// Blob returns the blob that holds the bytes; nil for content in memory.
func Blob(c content.Content) content.Blob { return sealed.OpenBlob(c) }
