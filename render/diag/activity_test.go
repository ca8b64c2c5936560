package diag

import (
	"testing"
)

func TestActivity(t *testing.T) {
	var none *Activity
	none.Begin("template", "a")()
	var r Activity
	end := r.Begin("template", "a")
	r.Begin("template", "a")
	r.Begin("file", "b\n::c")
	if got, want := r.String(), `template a, file "b\n:\x3ac"`; none.String() != "" || got != want {
		t.Errorf("%s, want %s", got, want)
	}
	end()
	for _, name := range []string{"1", "2", "3", "4"} {
		r.Begin("file", name)
	}
	if got, want := r.String(), `template a, file "b\n:\x3ac", file 1, file 2, and 2 more`; got != want {
		t.Errorf("%s, want %s", got, want)
	}
}
