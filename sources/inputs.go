package sources

import (
	"io/fs"
	"path"
	"slices"
	"strings"
	"sync"
	"syscall"

	"confit/render/content"
)

// Inputs records what a run reads of the file system, so that a later look finds out whether
// any of it has changed. Of a volume that is its generation. Of files and directories
// elsewhere it is what stat says of them; of a name that is not there, that it is not there.
// The zero Inputs is empty.
type Inputs struct {
	mu  sync.Mutex
	all []input
	at  map[inputName]bool
}

type inputName struct {
	tree   FS
	name   string
	volume bool
}

type input struct {
	inputName
	was State
}

// A State is what a look sees of one input. Two states are equal if nothing has changed.
type State struct {
	generation string // of a volume
	inode      content.Inode
	size       int64
	mode       fs.FileMode
	modified   int64 // in nanoseconds
	absent     bool
}

// Read is the state of each input when the run read it.
func (in *Inputs) Read() []State {
	in.mu.Lock()
	defer in.mu.Unlock()
	states := make([]State, len(in.all))
	for i := range in.all {
		states[i] = in.all[i].was
	}
	return states
}

// Look is the state of each input now. It costs one system call an input.
func (in *Inputs) Look() []State {
	in.mu.Lock()
	defer in.mu.Unlock()
	states := make([]State, len(in.all))
	for i := range in.all {
		states[i] = in.all[i].look()
	}
	return states
}

// Volumes counts the volumes among the inputs, and the others.
func (in *Inputs) Volumes() (volumes, others int) {
	in.mu.Lock()
	defer in.mu.Unlock()
	for _, i := range in.all {
		if i.volume {
			volumes++
		}
	}
	return volumes, len(in.all) - volumes
}

func (n inputName) look() State {
	if n.volume {
		generation, err := n.tree.ReadLink(path.Join(n.name, "..data"))
		return State{generation: generation, absent: err != nil}
	}
	info, err := n.tree.Stat(n.name)
	if err != nil {
		return State{absent: true}
	}
	s := State{size: info.Size(), mode: info.Mode(), modified: info.ModTime().UnixNano()}
	if st, ok := info.Sys().(*syscall.Stat_t); ok {
		s.inode = inodeOf(st)
	}
	return s
}

// forget empties the record: a run reads everything again.
func (in *Inputs) forget() {
	if in == nil {
		return
	}
	in.mu.Lock()
	defer in.mu.Unlock()
	in.all, in.at = nil, map[inputName]bool{}
}

// addVolume records a volume in the generation that is read.
func (in *Inputs) addVolume(tree FS, name, generation string) {
	if in != nil {
		in.add(inputName{tree, name, true}, func() State { return State{generation: generation} })
	}
}

// addFile records a file or directory before it is read. What lies in a volume belongs to the
// generation of the volume.
func (in *Inputs) addFile(tree FS, name string) {
	inVolume := func(part string) bool { return strings.HasPrefix(part, "..") }
	if in == nil || slices.ContainsFunc(strings.Split(name, "/"), inVolume) {
		return
	}
	n := inputName{tree, name, false}
	in.add(n, n.look)
}

func (in *Inputs) add(n inputName, state func() State) {
	in.mu.Lock()
	defer in.mu.Unlock()
	if !in.at[n] {
		in.at[n] = true
		in.all = append(in.all, input{n, state()})
	}
}
