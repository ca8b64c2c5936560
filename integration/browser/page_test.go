package browser

import (
	"bytes"
	"encoding/base64"
	"fmt"
	"image"
	"image/png"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// report makes a page, and gives its path. The status of confit is that of the input.
func report(t *testing.T, args ...string) string {
	t.Helper()
	file := filepath.Join(t.TempDir(), "report.html")
	cmd := exec.Command(filepath.Join(bin, "confit"), append([]string{"report", "--out", file}, args...)...)
	cmd.Dir = "testdata"
	log, _ := cmd.CombinedOutput() // the page tells
	if _, err := os.Stat(file); err != nil {
		t.Fatalf("%v: %s", err, log)
	}
	return file
}

// pages are those that are looked at: with everything that a page may have.
func pages(t *testing.T) map[string]string {
	return map[string]string{
		"changes":  report(t, "-f", "new.yaml", "--against", "old.yaml"),
		"problems": report(t, "-f", "broken.yaml"),
		"spec":     report(t, "-c", "confit.yaml"),
	}
}

// TestLooks: each page is readable at each width and in each scheme, complains of nothing,
// asks for nothing, and axe-core finds nothing bad in it.
func TestLooks(t *testing.T) {
	axe, err := os.ReadFile(filepath.Join(cached, "node_modules/axe-core/axe.min.js"))
	must(t, err)
	b := openTab(t)
	for name, file := range pages(t) {
		for _, width := range []int{360, 1280} {
			for _, scheme := range []string{"light", "dark"} {
				b.look(width, scheme, true)
				b.open(file)
				view := fmt.Sprintf("%s-%d-%s", name, width, scheme)
				b.checkWidth(view, width)
				b.checkPicture(view, width, scheme)
				b.checkAxe(view, string(axe))
				for _, c := range b.complaints() {
					t.Errorf("%s: %s", view, c)
				}
			}
		}
	}
}

// checkWidth fails if the page is wider than its window.
func (b *tab) checkWidth(view string, width int) {
	b.t.Helper()
	var size []int
	b.eval(&size, `document.querySelectorAll("details").forEach((d) => (d.open = true));
		[document.documentElement.scrollWidth, document.documentElement.clientWidth]`)
	if size[0] > size[1] || size[1] > width {
		b.t.Errorf("%s: the page is %d wide in a window of %d", view, size[0], width)
	}
}

// checkPicture fails if there is nothing to see, or not in the colours of the scheme.
func (b *tab) checkPicture(view string, width int, scheme string) {
	b.t.Helper()
	var shot struct{ Data string }
	b.ask(&shot, "Page.captureScreenshot", object{"format": "png", "captureBeyondViewport": true})
	data, err := base64.StdEncoding.DecodeString(shot.Data)
	must(b.t, err)
	if dir := os.Getenv("SCREENSHOTS"); dir != "" {
		must(b.t, os.WriteFile(filepath.Join(dir, view+".png"), data, 0o644))
	}
	picture, err := png.Decode(bytes.NewReader(data))
	must(b.t, err)
	colours, light := colours(picture)
	if picture.Bounds().Dx() != width || colours < 20 || light != (scheme == "light") {
		b.t.Errorf("%s: the picture is %v, has %d colours, and is light: %v", view, picture.Bounds(), colours, light)
	}
}

// colours counts the colours of a picture, and tells whether most of it is light.
func colours(p image.Image) (n int, light bool) {
	seen := map[uint32]bool{}
	sum, pixels := 0, 0
	for y := range p.Bounds().Dy() {
		for x := range p.Bounds().Dx() {
			r, g, b, _ := p.At(x, y).RGBA()
			seen[r>>8<<16|g>>8<<8|b>>8] = true
			sum += int(r+g+b) / 3
			pixels++
		}
	}
	return len(seen), sum/pixels > 0x8000
}

// checkAxe fails with what axe-core finds that keeps people from using the page.
func (b *tab) checkAxe(view, axe string) {
	b.t.Helper()
	b.eval(nil, axe+"; 0")
	var all []struct {
		ID, Impact, Help string
		Nodes            []struct{ HTML, FailureSummary string }
	}
	b.eval(&all, `axe.run(document).then((r) => r.violations)`)
	for _, v := range all {
		if v.Impact == "serious" || v.Impact == "critical" {
			b.t.Errorf("%s: %s: %s (%s): %s\n%s", view, v.Impact, v.Help, v.ID, v.Nodes[0].HTML, v.Nodes[0].FailureSummary)
		} else {
			b.t.Logf("%s: %s: %s (%s): %s", view, v.Impact, v.Help, v.ID, v.Nodes[0].HTML)
		}
	}
	var passes int
	b.eval(&passes, `axe.run(document).then((r) => r.passes.length)`)
	if passes < 10 {
		b.t.Errorf("%s: axe-core has looked at %d rules", view, passes)
	}
}

// TestWithoutScripts: the page is complete without them, but for the search.
func TestWithoutScripts(t *testing.T) {
	b := openTab(t)
	file := report(t, "-f", "new.yaml", "--against", "old.yaml")
	text := map[bool]string{}
	for _, scripts := range []bool{true, false} {
		b.look(360, "light", scripts)
		b.open(file)
		var hidden bool
		b.eval(&hidden, `document.getElementById("search").hidden`)
		if hidden == scripts {
			t.Errorf("scripts: %v, and the search is hidden: %v", scripts, hidden)
		}
		var main string
		b.eval(&main, `document.querySelectorAll("details").forEach((d) => (d.open = true)); document.querySelector("main").innerText`)
		text[scripts] = main
		b.checkWidth("without scripts", 360)
		for _, c := range b.complaints() {
			t.Errorf("scripts: %v: %s", scripts, c)
		}
	}
	if text[true] != text[false] || !strings.Contains(text[false], "listen 9090") {
		t.Errorf("with scripts the page says\n%s\nwithout\n%s", text[true], text[false])
	}
}

// visible are the items that the search shows, and what it says.
func (b *tab) visible() (shown, all int, says string) {
	b.t.Helper()
	var r struct {
		Shown, All int
		Says       string
	}
	b.eval(&r, `({shown: [...document.querySelectorAll(".item")].filter((i) => i.checkVisibility()).length,
		all: document.querySelectorAll(".item").length, says: document.getElementById("found").textContent})`)
	return r.Shown, r.All, r.Says
}

// TestSearch: / leads to the search, words filter, Escape shows all again.
func TestSearch(t *testing.T) {
	b := openTab(t)
	b.look(1280, "light", true)
	b.open(report(t, "-f", "new.yaml", "--against", "old.yaml"))
	_, all, _ := b.visible()
	b.press("/", "/")
	var focused, typed string
	b.eval(&focused, `document.activeElement.id`)
	if focused != "words" {
		t.Fatalf("/ leads to %q", focused)
	}
	for _, key := range "PORT 9090" {
		b.press(string(key), string(key))
	}
	b.eval(&typed, `document.activeElement.value`)
	shown, _, says := b.visible()
	if typed != "PORT 9090" || shown == 0 || shown >= all || says != fmt.Sprintf("%d of %d match", shown, all) {
		t.Errorf("%q shows %d of %d, and says %q", typed, shown, all, says)
	}
	b.press("Escape", "")
	b.eval(&typed, `document.activeElement.value`)
	if shown, _, says := b.visible(); typed != "" || shown != all || says != "" {
		t.Errorf("Escape leaves %q, %d of %d and %q", typed, shown, all, says)
	}
}

// TestKeyboard: Tab reaches all that can be used, the skip link first, and shows where it is.
func TestKeyboard(t *testing.T) {
	b := openTab(t)
	b.look(1280, "light", true)
	b.open(report(t, "-f", "new.yaml", "--against", "old.yaml"))
	var want int
	b.eval(&want, `document.querySelectorAll("a, input, summary").length`)
	var reached []string
	for range want {
		b.press("Tab", "")
		var at struct{ Name, Outline string }
		b.eval(&at, `(() => {
			const e = document.activeElement;
			e.dataset.at ??= document.querySelectorAll("[data-at]").length;
			return {name: e.tagName + e.dataset.at + " " + e.textContent, outline: getComputedStyle(e).outlineStyle};
		})()`)
		if at.Outline == "none" {
			t.Errorf("nobody sees that %s has the focus", at.Name)
		}
		reached = append(reached, at.Name)
	}
	first := reached[0]
	slices.Sort(reached)
	if n := len(slices.Compact(reached)); n != want || !strings.HasPrefix(first, "A0 Skip to") {
		t.Errorf("Tab reaches %d of %d, first %s", n, want, first)
	}
}

// TestManyValues: a page of many values can be searched.
func TestManyValues(t *testing.T) {
	dir := t.TempDir()
	var text strings.Builder
	for i := range 10_000 {
		fmt.Fprintf(&text, "key%d: value%d\n", i, i)
	}
	must(t, os.WriteFile(filepath.Join(dir, "v.yaml"), []byte(text.String()), 0o644))
	must(t, os.WriteFile(filepath.Join(dir, "confit.yaml"), []byte("version: 1\nsources: [{file: v.yaml}]\nrender: [{values: ., to: all.yaml}]\nsinks: [{dir: out}]\n"), 0o644))
	b := openTab(t)
	b.look(360, "light", true)
	b.open(report(t, "-c", filepath.Join(dir, "confit.yaml")))
	b.press("/", "/")
	for _, key := range "value9876" {
		b.press(string(key), string(key))
	}
	b.checkWidth("many values", 360)
	if shown, all, says := b.visible(); shown != 2 || all < 10_000 { // a value and the file
		t.Errorf("%d of %d items are shown: %s", shown, all, says)
	}
}
