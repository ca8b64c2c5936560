// Command git is the floor for the Git workloads.
//
//	git clone URL OUT      go-git's own PlainClone, depth 1, with its checkout
//	git receive URL        asks for depth 1, receives the pack, inflates each
//	                       object once, keeps nothing, writes nothing
package main

import (
	"fmt"
	"os"

	gogit "github.com/go-git/go-git/v5"
)

func main() {
	if err := run(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "git:", err)
		os.Exit(1)
	}
}

func run(args []string) error {
	switch {
	case len(args) == 3 && args[0] == "clone":
		_, err := gogit.PlainClone(args[2], false, &gogit.CloneOptions{
			URL: args[1], Depth: 1, SingleBranch: true, Tags: gogit.NoTags,
		})
		return err
	case len(args) == 2 && args[0] == "receive":
		return receive(args[1])
	}
	return fmt.Errorf("usage: git clone URL OUT | git receive URL")
}
