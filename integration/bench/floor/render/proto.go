package main

import (
	"bytes"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"text/template"

	"github.com/Masterminds/sprig/v3"
	"go.yaml.in/yaml/v3"
)

func proto(templates, out string, files []string) error {
	values, err := parse(files)
	if err != nil {
		return err
	}
	entries, err := os.ReadDir(templates)
	if err != nil {
		return err
	}
	dot := map[string]any{"Values": values}
	var bases [workers]*template.Template
	var buffers [workers]bytes.Buffer
	funcs := sprig.TxtFuncMap()
	for w := range bases {
		bases[w] = template.New("").Funcs(funcs)
	}
	return each(len(entries), func(w, i int) error {
		name := entries[i].Name()
		text, err := os.ReadFile(filepath.Join(templates, name))
		if err != nil {
			return err
		}
		t, err := bases[w].New("").Parse(string(text)) // one name, or all stay in memory
		if err != nil {
			return err
		}
		buffers[w].Reset()
		if err := t.Execute(&buffers[w], dot); err != nil {
			return err
		}
		to := filepath.Join(out, strings.TrimSuffix(name, ".tmpl"))
		return os.WriteFile(to, buffers[w].Bytes(), 0o644)
	})
}

// parse reads the files side by side and merges them in order.
func parse(files []string) (map[string]any, error) {
	trees := make([]map[string]any, len(files))
	err := each(len(files), func(_, i int) error {
		data, err := os.ReadFile(files[i])
		if err != nil {
			return err
		}
		return yaml.Unmarshal(data, &trees[i])
	})
	if err != nil {
		return nil, err
	}
	values := trees[0]
	for _, tree := range trees[1:] {
		merge(values, tree)
	}
	return values, nil
}

func merge(into, from map[string]any) {
	for key, value := range from {
		below, ok := value.(map[string]any)
		have, both := into[key].(map[string]any)
		if ok && both {
			merge(have, below)
			continue
		}
		into[key] = value
	}
}

// documents parses the documents of a stream one after the other.
func documents(file string) error {
	f, err := os.Open(file)
	if err != nil {
		return err
	}
	defer f.Close()
	for dec := yaml.NewDecoder(f); ; {
		var doc map[string]any
		if err := dec.Decode(&doc); errors.Is(err, io.EOF) {
			return nil
		} else if err != nil {
			return err
		}
	}
}
