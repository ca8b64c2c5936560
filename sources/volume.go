package sources

import (
	"fmt"
	"path"
	"strings"
	"time"

	"confit/render/diag"
)

// Consistent calls read with a new snapshot until no volume changes during the call. It
// returns a problem of cause busy after ten calls.
func Consistent(m Machine, read func(*Snapshot) error) error {
	const tries = 10
	for try := range tries {
		m.Inputs.forget()
		s := newSnapshot(m)
		err := read(s)
		if !s.changed() {
			return err
		}
		time.Sleep(5 * time.Millisecond << try)
	}
	return &diag.Problem{
		Cause: diag.CauseBusy, Code: "inputs-changing",
		Text: fmt.Sprintf("the mounted volumes changed during each of %d tries to read them", tries),
		Hint: "see what keeps updating the ConfigMaps and Secrets, then run again",
	}
}

// changed tells whether a volume has switched to another generation since it was read. The
// kubelet removes a generation only after the switch.
func (s *Snapshot) changed() bool {
	for dir, generation := range s.generations {
		if generation == "" {
			continue
		}
		tree, name := s.locate(dir)
		now, err := tree.ReadLink(path.Join(name, "..data"))
		if err != nil || now != generation {
			return true
		}
	}
	return false
}

// volumeDir is the directory that holds the files of dir: the generation of a mounted
// volume, else dir itself.
func (s *Snapshot) volumeDir(dir string) string {
	generation, known := s.generations[dir]
	if !known {
		tree, name := s.locate(dir)
		link, err := tree.ReadLink(path.Join(name, "..data"))
		if err == nil && strings.HasPrefix(link, "..") && !strings.Contains(link, "/") && link != ".." {
			generation = link
			s.detailf("volume %s is in its generation %s", diag.Quoted(dir), diag.Quoted(link))
		}
		s.generations[dir] = generation
		if generation != "" {
			s.Inputs.addVolume(tree, name, generation)
		}
	}
	return path.Join(dir, generation)
}

// inGeneration is the path of a file through the generation of each volume on its way.
func (s *Snapshot) inGeneration(name string) string {
	name = path.Clean(name)
	dir, base := path.Split(name)
	if dir == "" {
		return path.Join(s.volumeDir("."), base)
	}
	if dir == "/" {
		return name
	}
	parent := path.Clean(dir)
	if at := s.inGeneration(parent); at != parent {
		return path.Join(at, base)
	}
	return path.Join(s.volumeDir(parent), base)
}
