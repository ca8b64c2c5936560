package watch

import (
	"fmt"
	"os"
	"strings"
	"testing"
)

// Of many changes the last one always wins, there are no more notifications than changes, and
// no reader ever sees two generations in one file.
func TestFlips(t *testing.T) {
	t.Parallel()
	const flips = 200
	w := newWorld(t)
	a := w.application()
	w.spec(`version: 1
sources: [{configMap: ../config}]
render: [{inline: "{{ .Values.a }} {{ .Values.b }} {{ .Values.c }}\n", to: a.conf}]
sinks: [{dir: ../out}]
`)
	flip := func(n int) {
		files := map[string]string{}
		for _, key := range []string{"a", "b", "c"} {
			files[key+".yaml"] = fmt.Sprintf("%s: %d\n", key, n)
		}
		w.volume("config", files)
	}
	flip(0)
	r := w.watch("--http", a.URL+"/-/reload")
	r.says(1, "watching")

	done, mixed, reads := make(chan struct{}), make(chan []string), 0
	go func() {
		var bad []string
		for {
			select {
			case <-done:
				mixed <- bad
				return
			default:
			}
			data, err := os.ReadFile(w.path("out/a.conf"))
			if f := strings.Fields(string(data)); err != nil || len(f) != 3 || f[0] != f[1] || f[1] != f[2] {
				bad = append(bad, fmt.Sprintf("%q, %v", data, err))
			}
			reads++
		}
	}()
	state := func(n int) string { return fmt.Sprintf("%d %d %d\n", n, n, n) }
	for n := 1; n <= flips; n++ {
		flip(n)
		if n%10 == 0 {
			r.await("the last state", func() bool { return w.holds("out/a.conf", state(n)) })
		}
	}
	r.await("the last notification", func() bool {
		all := a.requests()
		return len(all) > 0 && strings.Contains(all[len(all)-1], state(flips))
	})
	close(done)
	if bad := <-mixed; len(bad) > 0 || reads < flips {
		t.Errorf("of %d reads %d were mixed: %q", reads, len(bad), bad[:min(3, len(bad))])
	}
	published := strings.Count(r.said(), ", 1 updated")
	if got := len(a.requests()); got > flips || got > published || got < flips/10 {
		t.Errorf("%d notifications of %d publications of %d changes", got, published, flips)
	}
}
