package main

import (
	"bytes"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
)

// A Job is one command that turns a stage into files below Out.
type Job struct {
	Args   []string // without the program
	Env    []string
	Dir    string // where it runs
	Stdin  string // a file; "" for none
	Stdout string // a file; "" to throw it away
	Out    string // emptied before each run, unless the workload repeats
	Files  string // where below Out the outputs lie
	Strip  func([]byte) []byte
}

// A shape prepares dir for one tool. It writes what the tool wants to be given;
// the outputs go to dir/out.
type shape func(s *Stage, dir string) (Job, error)

func newJob(dir string, args ...string) Job {
	return Job{Args: args, Dir: dir, Out: filepath.Join(dir, "out")}
}

func shapeConfit(s *Stage, dir string) (Job, error) {
	var spec strings.Builder
	fmt.Fprintf(&spec, "version: 1\nname: bench\nsources:\n")
	for _, volume := range s.Volumes {
		fmt.Fprintf(&spec, "  - configMap: %s\n", volume)
	}
	fmt.Fprintf(&spec, "render:\n  - template: templates\nsinks:\n  - dir: %s\n", filepath.Join(dir, "out"))
	if n := len(s.Templates); n > 10_000 { // above the default, with what else there is
		fmt.Fprintf(&spec, "limits: {files: %d}\n", 2*n)
	}
	err := errors.Join(write(dir, "confit.yaml", "%s", spec.String()),
		s.templates(filepath.Join(dir, "templates"), goTemplate, ".tmpl"))
	return newJob(dir, "render", "-c", "confit.yaml"), err
}

func shapeProto(s *Stage, dir string) (Job, error) {
	templates := filepath.Join(dir, "templates")
	args := append([]string{"proto", templates, filepath.Join(dir, "out")}, s.Files...)
	return newJob(dir, args...), s.templates(templates, goTemplate, ".tmpl")
}

func shapeRaw(s *Stage, dir string) (Job, error) {
	return newJob(dir, "raw", s.Archive, filepath.Join(dir, "out")), nil
}

// shapeParse makes no files, so there is nothing to compare.
func shapeParse(s *Stage, dir string) (Job, error) {
	return Job{Args: append([]string{"parse"}, s.Files...), Dir: dir}, nil
}

// shapeGomplate: in gomplate's merge the first wins, so the order turns round.
func shapeGomplate(s *Stage, dir string) (Job, error) {
	var urls []string
	for _, file := range slices.Backward(s.Files) {
		urls = append(urls, "file://"+file)
	}
	url := strings.Join(urls, "|")
	if len(urls) > 1 {
		url = "merge:" + url
	}
	err := errors.Join(
		write(dir, "gomplate.yaml", "inputDir: templates\noutputDir: out\ncontext:\n  Values:\n    url: %q\n", url),
		s.templates(filepath.Join(dir, "templates"), goTemplate, ""))
	return newJob(dir, "--config", "gomplate.yaml"), err
}

func shapeHelm(s *Stage, dir string) (Job, error) {
	job := newJob(dir, "template", "bench", "chart", "--output-dir", "out")
	for _, file := range s.Files {
		job.Args = append(job.Args, "-f", file)
	}
	for _, home := range []string{"HELM_CACHE_HOME", "HELM_CONFIG_HOME", "HELM_DATA_HOME"} {
		job.Env = append(job.Env, home+"="+filepath.Join(dir, "home"))
	}
	job.Files, job.Strip = "bench/templates", stripHelm
	return job, errors.Join(
		write(dir, "chart/Chart.yaml", "apiVersion: v2\nname: bench\nversion: 0.1.0\n"),
		s.templates(filepath.Join(dir, "chart", "templates"), goTemplate, ""))
}

// stripHelm takes off the two lines that helm puts over each manifest.
func stripHelm(data []byte) []byte {
	for range 2 {
		_, data, _ = bytes.Cut(data, []byte("\n"))
	}
	return data
}

func shapeYtt(s *Stage, dir string) (Job, error) {
	job := newJob(dir, "-f", "templates", "--output-files", "out", "--allow-symlink-destination", s.Dir)
	for _, file := range s.Files {
		job.Args = append(job.Args, "--data-values-file", file)
	}
	return job, s.templates(filepath.Join(dir, "templates"), ytt, "")
}
