package main

import (
	"bytes"
	"regexp"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/spf13/pflag"
)

// The help of a verb fits on a screen, and has each flag of the verb once. The flags of -f
// have a page of their own.
func TestHelp(t *testing.T) {
	const lines, columns = 55, helpWidth
	for _, verb := range append(verbNames(), "") {
		var out bytes.Buffer
		args := strings.Fields(verb + " --help")
		if status := run(args, system{stdout: &out, stderr: &out}); status != 0 {
			t.Fatalf("%v: status %d, %s", args, status, out.String())
		}
		text := out.String()
		if n := strings.Count(text, "\n"); n > lines {
			t.Errorf("%v has %d lines, want at most %d", args, n, lines)
		}
		for line := range strings.Lines(text) {
			if n := utf8.RuneCountInString(strings.TrimSuffix(line, "\n")); n > columns {
				t.Errorf("%v: %d columns: %s", args, n, line)
			}
		}
		root := newConfit(system{}).commands([]string{verb})
		cmd, _, err := root.Find(strings.Fields(verb))
		if err != nil {
			t.Fatal(err)
		}
		cmd.Flags().VisitAll(func(f *pflag.Flag) {
			want := 1
			if strings.Contains(" "+manifestNames+" help ", " "+f.Name+" ") {
				want = 0
			}
			rows := regexp.MustCompile("(?m)^  (    |-., )--"+f.Name+" .*$").FindAllString(text, -1)
			if len(rows) != want {
				t.Errorf("%v has --%s %d times, want it %d times", args, f.Name, len(rows), want)
			}
		})
	}
}
