package sinks

import (
	"runtime"

	"confit/render/content"
	"confit/render/content/reveal"
	"confit/render/diag"
	"confit/sinks/dirfd"
)

// A verifiedFile is a file that had the content of its output. It has that content while its
// inode and the time of its last change stay the same.
type verifiedFile struct {
	out  *content.Output // nil for none
	stat dirfd.Stat      // when it was read
}

// MissingBlobs lists the wanted contents of outputs that their files on disk do not have. Plan
// and Apply do not read a file again that has its content, unless the file has changed since.
// They also report anything that is in the way of an output.
func (d *Dir) MissingBlobs(outs []content.Output, wanted func(content.Blob) bool) []content.Blob {
	all := sorted(outs)
	d.verified = make([]verifiedFile, len(all))
	t, err := dirfd.Open(d.Path)
	if err != nil {
		return wantedBlobs(all, wanted)
	}
	defer t.Close()
	parts := min(runtime.GOMAXPROCS(0), writers)
	missing := make([][]content.Blob, parts)
	diag.Parallel(parts, func(n int) {
		outs := part(all, n, parts)
		err := diag.CatchPanic(func() error {
			own, err := t.Clone()
			if err == nil {
				defer own.Close()
				missing[n] = findMissing(own, outs, part(d.verified, n, parts), wanted)
			}
			return err
		})
		if err != nil {
			missing[n] = wantedBlobs(outs, wanted)
		}
	})
	var list []content.Blob
	for _, m := range missing {
		list = append(list, m...)
	}
	return list
}

// wantedBlobs are the wanted contents of outputs, whatever is on disk.
func wantedBlobs(outs []*content.Output, wanted func(content.Blob) bool) []content.Blob {
	var all []content.Blob
	for _, o := range outs {
		if b := reveal.Blob(o.Content); b != nil && wanted(b) {
			all = append(all, b)
		}
	}
	return all
}

// findMissing reads the files of outputs. It returns the contents that they do not have, and
// notes in verified the files that have theirs.
func findMissing(t *dirfd.Tree, outs []*content.Output, verified []verifiedFile, wanted func(content.Blob) bool) []content.Blob {
	var missing []content.Blob
	buf := make([]byte, 64<<10)
	for i, o := range outs {
		b := reveal.Blob(o.Content)
		if b == nil || !wanted(b) {
			continue
		}
		f, err := t.Dir(parent(o.Path))
		if err != nil {
			missing = append(missing, b)
			continue
		}
		switch st, err := f.Lstat(base(o.Path)); {
		case err != nil:
			missing = append(missing, b)
		case !st.IsFile() && !st.IsDir():
		case !st.IsFile() || st.Perm() != uint32(o.Mode.Perm()) && !mayChmod(st):
			missing = append(missing, b)
		default:
			if differs, err := differs(f, o, st, buf); differs || err != nil {
				missing = append(missing, b)
			} else {
				verified[i] = verifiedFile{o, st}
			}
		}
	}
	return missing
}

// matches tells whether a file with this stat is the verified one, unchanged.
func (v *verifiedFile) matches(o *content.Output, st dirfd.Stat) bool {
	return v != nil && v.out == o && v.stat == st
}
