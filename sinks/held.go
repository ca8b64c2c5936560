package sinks

import (
	"runtime"

	"confit/render/content"
	"confit/render/content/reveal"
	"confit/render/diag"
	"confit/sinks/dirfd"
)

// A sighting is a file that had the content of its output. It has it still while its inode
// and the time of its last change are the same.
type sighting struct {
	out  *content.Output // nil for none
	stat dirfd.Stat
}

// Missing lists the contents, of those asked for, that do not lie in the place of their
// output. Plan and Apply do not read again a file that lies there, unless it has changed by
// then. A thing in the way of an output is left for them to find.
func (d *Dir) Missing(outs []content.Output, asked func(content.Blob) bool) []content.Blob {
	all := sorted(outs)
	d.seen = make([]sighting, len(all))
	t, err := dirfd.Open(d.Path)
	if err != nil {
		return contentsOf(all, asked)
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
				missing[n] = sight(own, outs, part(d.seen, n, parts), asked)
			}
			return err
		})
		if err != nil {
			missing[n] = contentsOf(outs, asked)
		}
	})
	var list []content.Blob
	for _, m := range missing {
		list = append(list, m...)
	}
	return list
}

func contentsOf(outs []*content.Output, asked func(content.Blob) bool) []content.Blob {
	var all []content.Blob
	for _, o := range outs {
		if b := reveal.Blob(o.Content); b != nil && asked(b) {
			all = append(all, b)
		}
	}
	return all
}

// sight looks at the places of outputs, and gives the contents that are missing.
func sight(t *dirfd.Tree, outs []*content.Output, seen []sighting, asked func(content.Blob) bool) []content.Blob {
	var missing []content.Blob
	buf := make([]byte, 64<<10)
	for i, o := range outs {
		b := reveal.Blob(o.Content)
		if b == nil || !asked(b) {
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
				seen[i] = sighting{o, st}
			}
		}
	}
	return missing
}

// still tells whether the file that was seen is the one that st describes.
func (s *sighting) still(o *content.Output, st dirfd.Stat) bool {
	return s != nil && s.out == o && s.stat == st
}
