// Command render is the floor for the rendering workloads: what the work costs
// with nothing around it. It checks nothing, and that is its point.
//
//	render raw IN.tar OUT             writes the files of an archive, nothing else
//	render parse FILE...              reads and parses YAML, nothing else
//	render documents FILE             parses each document of a stream, nothing else
//	render proto TEMPLATES OUT FILE...  parses, merges, executes *.tmpl, writes
package main

import (
	"fmt"
	"os"
	"sync"
	"sync/atomic"
)

// workers as confit has on the two cores the goals are set for.
const workers = 2

func main() {
	if err := run(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "render:", err)
		os.Exit(1)
	}
}

func run(args []string) error {
	switch {
	case len(args) == 3 && args[0] == "raw":
		return raw(args[1], args[2])
	case len(args) > 1 && args[0] == "parse":
		_, err := parse(args[1:])
		return err
	case len(args) == 2 && args[0] == "documents":
		return documents(args[1])
	case len(args) > 3 && args[0] == "proto":
		return proto(args[1], args[2], args[3:])
	}
	return fmt.Errorf("usage: render raw|parse|documents|proto")
}

// each calls do(worker, i) for every i below n, on all workers, and returns one
// of the errors.
func each(n int, do func(worker, i int) error) error {
	var next atomic.Int64
	var wait sync.WaitGroup
	errs := make([]error, workers)
	for w := range workers {
		wait.Go(func() {
			for i := int(next.Add(1)) - 1; i < n && errs[w] == nil; i = int(next.Add(1)) - 1 {
				errs[w] = do(w, i)
			}
		})
	}
	wait.Wait()
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}
