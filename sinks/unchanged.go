package sinks

import (
	"bytes"
	"errors"
	"io"
	"io/fs"
	"runtime"

	"confit/render/content"
	"confit/render/content/reveal"
	"confit/render/diag"
	"confit/sinks/dirfd"
)

// findUnchanged marks the outputs whose files are as they should be. On most runs these
// are all, and reading them is most of the work, so every core reads a part of them with
// a tree of its own. compareOne looks at the rest, and reports errors.
func (c *comparison) findUnchanged() {
	const few = 64
	if len(c.old.Outputs) < few {
		return
	}
	parts := min(runtime.GOMAXPROCS(0), writers)
	diag.Parallel(parts, func(n int) {
		_ = diag.CatchPanic(func() error { // compareOne meets the same error
			t, err := c.tree.Clone()
			if err != nil {
				return err
			}
			defer t.Close()
			markUnchanged(t, part(c.files, n, parts), part(c.buf, n, parts))
			return nil
		})
	})
}

func part[T any](all []T, n, parts int) []T { return all[n*len(all)/parts : (n+1)*len(all)/parts] }

// markUnchanged stops where many differ, as compareOne reads each of those again.
func markUnchanged(t *dirfd.Tree, files []file, buf []byte) {
	const most = 32
	for i, others := 0, 0; i < len(files) && others < most; i++ {
		f := &files[i]
		if f.old == nil {
			continue
		}
		if f.unchanged = isUnchanged(t, f, buf); !f.unchanged {
			others++
		}
	}
}

// isUnchanged tells whether the file of an output has its type, mode and bytes.
func isUnchanged(t *dirfd.Tree, there *file, buf []byte) bool {
	o := there.out
	f, err := t.Dir(parent(o.Path))
	if err != nil {
		return false
	}
	st, err := f.Lstat(base(o.Path))
	if err != nil || !st.IsFile() || !there.hasMode(st.Perm()) {
		return false
	}
	if there.verified.matches(o, st) {
		return true
	}
	differs, err := differs(f, o, st, buf)
	return err == nil && !differs
}

// differs tells whether a file has other bytes than its output. A file that cannot be
// read counts as different.
func differs(f *dirfd.Dir, o *content.Output, st dirfd.Stat, buf []byte) (bool, error) {
	if st.Size != o.Content.Size() {
		return true, nil
	}
	file, err := f.OpenFile(base(o.Path))
	if errors.Is(err, fs.ErrPermission) || isGone(err) {
		return true, nil
	} else if err != nil {
		return false, err
	}
	defer file.Close()
	if b := reveal.Blob(o.Content); b != nil {
		id, err := blobID(file, st.Size, buf)
		return id != b.ID(), err
	}
	want, _ := reveal.Bytes(o.Content) // in memory
	for len(want) > 0 {
		n, err := file.Read(buf[:min(len(buf), len(want))])
		if err != nil && err != io.EOF {
			return false, err
		}
		if n == 0 || !bytes.Equal(buf[:n], want[:n]) {
			return true, nil
		}
		want = want[n:]
	}
	return false, nil
}
