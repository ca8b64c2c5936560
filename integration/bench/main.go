// Command bench measures confit against its peers and against the limit: whole
// processes over generated workloads, in turn, in one session. It never judges
// by anything it did not just measure, and never times a tool whose output is
// not what it must be. docs/benchmarks.md is written by a full run only.
package main

import (
	"bytes"
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"
	"time"
)

// Options are the command line.
type Options struct {
	Only   string // workloads, separated by commas; "" for all
	With   string // contenders, separated by commas; "" for all
	Runs   int    // 0 for the default
	Confit string // the program to measure; "" builds the repository's, "none" leaves it out
	Quick  bool   // small W1 and W2, few runs, no installing
	Write  bool   // docs/benchmarks.md, also when not everything was run
}

func main() {
	var o Options
	flag.StringVar(&o.Only, "w", "", "workloads, as in `w1,w2`: start, w1 to w6, w3x10, w5x10, g1 to g3, m1, watch")
	flag.StringVar(&o.With, "with", "", "contenders, as in `confit,helm`, to save time")
	flag.IntVar(&o.Runs, "n", 0, "`runs` of each contender (default 11, with -quick 3)")
	flag.StringVar(&o.Confit, "confit", "", "measure the program at `path`, or none (default: build the repository's)")
	flag.BoolVar(&o.Quick, "quick", false, "small W1 and W2 with the peers that are there, in seconds")
	flag.BoolVar(&o.Write, "write", false, "write docs/benchmarks.md though not everything was run")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	err := bench(ctx, o, os.Stdout, os.Stderr)
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

// bench prints the report to out and progress to log.
func bench(ctx context.Context, o Options, out, log io.Writer) error {
	plan, err := newPlan(o)
	if err != nil {
		return err
	}
	s, err := newSession(ctx, o, plan, log)
	if err != nil {
		return err
	}
	defer os.RemoveAll(s.dir)
	if err := s.measure(ctx, plan); err != nil {
		return err
	}
	var page bytes.Buffer
	s.book.report(&page, time.Now())
	if _, err := out.Write(page.Bytes()); err != nil {
		return err
	}
	failed := s.book.failures()
	if failed == nil && (o.Write || s.book.Full) {
		return os.WriteFile(filepath.Join(s.root, "docs", "benchmarks.md"), page.Bytes(), 0o644)
	}
	return failed
}

// failures are wrong outputs and runs that ended badly; a missed goal is not one.
func (b *Book) failures() error {
	var errs []error
	for _, r := range b.Results {
		errs = append(errs, r.Err)
	}
	return errors.Join(errs...)
}

// A plan says what is to be measured.
type plan struct {
	quick bool
	names []string // workloads in lower case; nil for all
	with  []string // contenders; nil for all
}

// full reports whether nothing is left out.
func (p plan) full() bool { return p.names == nil && p.with == nil && !p.quick }

func newPlan(o Options) (plan, error) {
	p := plan{quick: o.Quick}
	if o.With != "" {
		p.with = strings.Split(o.With, ",")
	}
	if o.Only == "" {
		return p, nil
	}
	known := map[string]bool{"start": true, "m1": true, "watch": true}
	for _, w := range workloads {
		known[strings.ToLower(w.Name)] = true
	}
	for _, r := range repos {
		known[strings.ToLower(r.Name)] = true
	}
	for name := range strings.SplitSeq(strings.ToLower(o.Only), ",") {
		if !known[name] {
			return p, fmt.Errorf("no workload %q", name)
		}
		p.names = append(p.names, name)
	}
	return p, nil
}

// has reports whether a workload is to be run; quick says that it is one of the
// quick ones.
func (p plan) has(name string, quick bool) bool {
	if p.names == nil {
		return quick || !p.quick
	}
	for _, n := range p.names {
		if n == strings.ToLower(name) {
			return true
		}
	}
	return false
}
