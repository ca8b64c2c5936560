package main

import (
	"archive/tar"
	"fmt"
	"os"
	"path/filepath"

	"go.yaml.in/yaml/v3"
)

// A Stage is a workload laid out on disk.
type Stage struct {
	*Workload
	Dir     string   // of this workload; a contender has a folder of its own below it
	Volumes []string // the mounts, in merge order
	Files   []string // every file of values, in merge order
	Env     []string // the merged values as variables
	Want    map[string][]byte
	Archive string // Want as a tar
}

func newStage(w *Workload, dir string) (*Stage, error) {
	s := &Stage{Workload: w, Dir: dir, Env: environ(w.Values()), Want: w.Want(), Archive: filepath.Join(dir, "want.tar")}
	for _, source := range w.Sources {
		volume := filepath.Join(dir, "sources", source.Name)
		if err := mount(volume, source.Files); err != nil {
			return nil, err
		}
		s.Volumes = append(s.Volumes, volume)
		for _, file := range source.Files {
			s.Files = append(s.Files, filepath.Join(volume, file.Name))
		}
	}
	return s, pack(s.Archive, s.Want)
}

// mount writes files as the kubelet does: the bytes in a dated folder, `..data`
// pointing at it, a link for each name.
func mount(volume string, files []Tree) error {
	const dated = "..2026_11_23_15_40_05.123456789"
	if err := os.MkdirAll(filepath.Join(volume, dated), 0o755); err != nil {
		return err
	}
	if err := os.Symlink(dated, filepath.Join(volume, "..data")); err != nil {
		return err
	}
	for _, file := range files {
		data, err := yaml.Marshal(file.Values)
		if err != nil {
			return err
		}
		if err := os.WriteFile(filepath.Join(volume, dated, file.Name), data, 0o644); err != nil {
			return err
		}
		if err := os.Symlink(filepath.Join("..data", file.Name), filepath.Join(volume, file.Name)); err != nil {
			return err
		}
	}
	return nil
}

// templates writes the templates in a dialect, each under its name with suffix.
func (s *Stage) templates(dir string, d Dialect, suffix string) error {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	for _, t := range s.Templates {
		if err := os.WriteFile(filepath.Join(dir, t.Name+suffix), []byte(d.Text(t.Body)), 0o644); err != nil {
			return err
		}
	}
	return nil
}

func pack(name string, files map[string][]byte) error {
	out, err := os.Create(name)
	if err != nil {
		return err
	}
	defer out.Close()
	w := tar.NewWriter(out)
	for _, name := range names(files) {
		if err := w.WriteHeader(&tar.Header{Name: name, Mode: 0o644, Size: int64(len(files[name]))}); err != nil {
			return err
		}
		if _, err := w.Write(files[name]); err != nil {
			return err
		}
	}
	return w.Close()
}

// write puts text into dir/name, for the small files a contender's shape needs.
func write(dir, name, format string, args ...any) error {
	file := filepath.Join(dir, name)
	if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
		return err
	}
	return os.WriteFile(file, fmt.Appendf(nil, format, args...), 0o644)
}
