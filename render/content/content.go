package content

import (
	"confit/render/content/internal/sealed"
)

// Mask is shown in place of a sensitive value.
const Mask = sealed.Mask

type (
	// Content is the bytes of an output, which formats as its masked form.
	Content = sealed.Content
	// A Blob is content that is loaded on demand.
	Blob = sealed.Blob
	// A BlobID is Git's name for content.
	BlobID = sealed.BlobID
)

// Plain makes content without secrets.
func Plain(b []byte) Content { return sealed.Plain(b) }

// Sensitive makes content with secrets, and the text that may be shown of it.
func Sensitive(b, masked []byte) Content { return sealed.Sensitive(b, masked) }

// FromBlob makes content of a blob. A sensitive one is masked whole, unless it is empty.
func FromBlob(b Blob, sensitive bool) Content { return sealed.FromBlob(b, sensitive) }
