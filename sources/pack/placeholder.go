package pack

import (
	"bytes"

	"confit/render/diag"
)

// A placeholder is the kind of a blob that Git has in place of the content of a file.
type placeholder uint8

const (
	noPlaceholder placeholder = iota
	lfsPointer
	gitCrypt
)

// placeholderOf recognizes a pointer of Git LFS, and the cipher text of git-crypt.
func placeholderOf(data []byte) placeholder {
	switch {
	case len(data) < 1024 && bytes.HasPrefix(data, []byte("version https://git-lfs.github.com/spec/")):
		return lfsPointer
	case bytes.HasPrefix(data, []byte("\x00GITCRYPT\x00")):
		return gitCrypt
	}
	return noPlaceholder
}

// problem is that of needing the file at a quoted path; nil for a file with its content.
func (s placeholder) problem(at string) *diag.Problem {
	switch s {
	case lfsPointer:
		p := newProblem(diag.CauseData, "git-lfs", "%s is kept in Git LFS: the repository has only a pointer to it", at)
		p.Hint = "commit the file itself (git lfs migrate export), or narrow path:"
		return p
	case gitCrypt:
		p := newProblem(diag.CauseData, "encrypted", "%s is encrypted by git-crypt: the repository has only its cipher text", at)
		p.Hint = "put the secret into a Secret and mount it for secret:, or leave the file out with path:, read: or the glob of the entry"
		return p
	}
	return nil
}
