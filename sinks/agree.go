package sinks

import (
	"bytes"
	"errors"
	"io"
	"io/fs"
	"runtime"

	"confit/render"
	"confit/sinks/dirfd"
)

// agree finds the outputs that lie in their place just as they should: on most runs that
// is all of them, and reading them is most of the work. So every core takes a part of
// them, with a tree of its own. Whatever else it meets it leaves to look.
func (c *comparison) agree() {
	const few = 64
	if len(c.old.Outputs) < few {
		return
	}
	parts := min(runtime.GOMAXPROCS(0), writers)
	render.Parallel(parts, func(n int) {
		_ = render.Safely(func() error { // what goes wrong here goes wrong in look, too
			t, err := c.tree.Clone()
			if err != nil {
				return err
			}
			defer t.Close()
			agreeing(t, part(c.files, n, parts), part(c.buf, n, parts))
			return nil
		})
	})
}

func part[T any](all []T, n, parts int) []T { return all[n*len(all)/parts : (n+1)*len(all)/parts] }

// agreeing gives up where many differ: each of those is read once more.
func agreeing(t *dirfd.Tree, files []file, buf []byte) {
	const most = 32
	for i, others := 0, 0; i < len(files) && others < most; i++ {
		f := &files[i]
		if f.old == nil {
			continue
		}
		if f.agrees = agrees(t, f.out, buf); !f.agrees {
			others++
		}
	}
}

func agrees(t *dirfd.Tree, o *render.Output, buf []byte) bool {
	f, err := t.Dir(parent(o.Path))
	if err != nil {
		return false
	}
	st, err := f.Lstat(base(o.Path))
	if err != nil || !st.IsFile() || st.Perm() != uint32(o.Mode.Perm()) {
		return false
	}
	differs, err := differs(f, o, st, buf)
	return err == nil && !differs
}

// differs tells whether the file of an output has other bytes than that. One that cannot
// be read does.
func differs(f *dirfd.Dir, o *render.Output, st dirfd.Stat, buf []byte) (bool, error) {
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
	if b := o.Content.Blob(); b != nil {
		id, err := blobID(file, st.Size, buf)
		return id != b.ID(), err
	}
	want, _ := o.Content.Reveal() // in memory
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
