package integration

import (
	"fmt"
	"net/http"
	"path/filepath"
	"strings"
	"testing"

	"confit/integration/harness"
)

// A reader under another user, who has the volume read-only, reads what the writer wrote,
// a secret too.
func TestSharedVolume(t *testing.T) {
	t.Parallel()
	p := startPod(t, example(t, "shared-volume"))
	if _, body := p.Get("/prices.csv", "", ""); body != "apple,1.20,EUR\npear,1.50,EUR\n" {
		t.Errorf("GET /prices.csv = %q", body)
	}
	for password, want := range map[string]int{"hunter2": http.StatusOK, "wrong": http.StatusUnauthorized} {
		if status, _ := p.Get("/admin/", "admin", password); status != want {
			t.Errorf("GET /admin/ with password %s = %d, want %d", password, status, want)
		}
	}
	const look = `id -u; cd /data-ro; stat -c '%a %u:%g %n' httpd.conf www/prices.csv; touch x 2>&1; echo x 2>&1 >www/prices.csv; true`
	got, err := p.Exec(t.Context(), "reader", "sh", "-c", look)
	must(t, err)
	want := `1001
640 65532:65532 httpd.conf
644 65532:65532 www/prices.csv
touch: x: Read-only file system
sh: can't create www/prices.csv: Read-only file system
`
	if got != want {
		t.Errorf("the reader sees\n%s\nwant\n%s", got, want)
	}
	p.Restarted("data")
	p.Ran("init-data", wroteAll, wroteNothing)
}

// readPrices reads the prices until they have changed a number of times. uniq -c tells how
// many lines of which revision one reading has found.
const readPrices = `while [ "${seen:=0}" -lt %d ]; do
  now=$(cut -d, -f3 /data-ro/www/prices.csv | uniq -c)
  [ "$now" = "$before" ] || { echo $now; seen=$((seen + 1)); }
  before=$now
done`

// A reader that reads all the time sees each file whole, while the writer replaces it.
func TestSharedVolumeChanges(t *testing.T) {
	t.Parallel()
	const lines, revisions = 20000, 8
	m := example(t, "shared-volume")
	editMap(t, m, "shared-volume", "confit.yaml", "interval: 1s", "interval: 20ms")
	m.ConfigMaps["shared-volume"]["app.yaml"] = priceList(lines, 0)
	p := startPod(t, m)

	var seen string
	var err error
	done := make(chan bool)
	go func() {
		seen, err = p.Exec(harness.Patient(t), "reader", "sh", "-c", fmt.Sprintf(readPrices, revisions))
		close(done)
	}()
	for n, reading := 1, true; reading; n++ {
		m.ConfigMaps["shared-volume"]["app.yaml"] = priceList(lines, n)
		must(t, p.Sync())
		harness.Await(t, "new prices", func() (bool, error) {
			text := string(readFile(t, filepath.Join(p.VolumeDir("data"), "www", "prices.csv")))
			return strings.HasSuffix(text, fmt.Sprintf(",R%d\n", n)), nil
		})
		select {
		case <-done:
			reading = false
		default:
		}
	}
	must(t, err)
	wantWhole(t, seen, lines, revisions)
}

// wantWhole fails unless each line of what the reader saw is one revision with all its lines.
func wantWhole(t *testing.T, seen string, lines, revisions int) {
	t.Helper()
	before := -1
	for line := range strings.Lines(seen) {
		var count, n int
		if _, err := fmt.Sscanf(line, "%d R%d\n", &count, &n); err != nil || count != lines || n <= before {
			t.Errorf("one reading found %q: want %d lines of one revision after %d", line, lines, before)
		}
		before = n
	}
	if strings.Count(seen, "\n") != revisions {
		t.Errorf("the reader saw\n%s", seen)
	}
}

// priceList is a ConfigMap's app.yaml whose currency is the revision.
func priceList(lines, revision int) string {
	var b strings.Builder
	fmt.Fprintf(&b, "currency: R%d\nprices:\n", revision)
	for i := range lines {
		fmt.Fprintf(&b, "  item%05d: %d\n", i, i)
	}
	return b.String()
}
