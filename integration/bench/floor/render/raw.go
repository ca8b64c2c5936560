package main

import (
	"archive/tar"
	"bytes"
	"io"
	"os"
	"path/filepath"
)

type file struct {
	name string
	data []byte
}

// raw writes the files of an archive by one open, write and close each. The
// archive is read before the first is written: one read, not ten thousand.
func raw(archive, out string) error {
	files, err := unpack(archive)
	if err != nil {
		return err
	}
	return each(len(files), func(_, i int) error {
		return os.WriteFile(filepath.Join(out, files[i].name), files[i].data, 0o644)
	})
}

func unpack(archive string) ([]file, error) {
	packed, err := os.ReadFile(archive)
	if err != nil {
		return nil, err
	}
	var files []file
	for r := tar.NewReader(bytes.NewReader(packed)); ; {
		header, err := r.Next()
		if err == io.EOF {
			return files, nil
		}
		if err != nil {
			return nil, err
		}
		data, err := io.ReadAll(r)
		if err != nil {
			return nil, err
		}
		files = append(files, file{header.Name, data})
	}
}
