package pod

import (
	"bufio"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
)

// fileKey is false for an optional key that is not in the file, or is empty there. The kubelet
// reads the file itself, before it starts the container.
func (p *Pod) fileKey(ref FileKeyRef) (string, bool, error) {
	f, err := os.Open(filepath.Join(p.VolumeDir(ref.VolumeName), filepath.Clean("/"+ref.Path)))
	if err != nil {
		return "", false, fmt.Errorf("couldn't parse env file: %w", err)
	}
	defer f.Close()
	v, err := envFileKey(f, ref.Key)
	switch {
	case err != nil:
		return "", false, fmt.Errorf("couldn't parse env file: %w", err)
	case v == "" && !ref.Optional:
		return "", false, fmt.Errorf("environment variable key %q not found in file %q", ref.Key, ref.Path)
	}
	return v, v != "", nil
}

// envFileKey looks for a key, and at no line behind it (pkg/kubelet/util/env). What follows a
// blank after the = is not looked at: the value is empty.
func envFileKey(file io.Reader, key string) (string, error) {
	lines := bufio.NewScanner(file)
	for lines.Scan() {
		line := strings.TrimLeft(lines.Text(), " \t")
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		name, value, found := strings.Cut(line, "=")
		if !found || name == "" || strings.TrimRight(name, " \t") != name {
			return "", fmt.Errorf("no name before =")
		}
		blank := strings.TrimLeft(value, " \t") != value
		if !blank && !strings.HasPrefix(value, "'") {
			return "", fmt.Errorf("the value of %s is not in single quotes", name)
		}
		for !blank && strings.Count(value, "'") < 2 {
			if !lines.Scan() {
				return "", fmt.Errorf("the quote of %s is not closed", name)
			}
			value += "\n" + lines.Text()
		}
		parts := strings.SplitN(value, "'", 3)
		if rest := strings.TrimLeft(parts[len(parts)-1], " \t"); !blank && rest != "" && !strings.HasPrefix(rest, "#") {
			return "", fmt.Errorf("something follows the value of %s", name)
		}
		switch {
		case name == key && blank:
			return "", nil
		case name == key:
			return parts[1], nil
		}
	}
	return "", lines.Err()
}
