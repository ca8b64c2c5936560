package main

import (
	"context"
	"os"
	"path/filepath"
	"runtime"

	"confit/integration/gitserver"
)

// git measures how long each takes to bring the newest commit of a repository
// over smart HTTP. The server's share of the two cores is in the wall time.
func (s *session) git(ctx context.Context, r Repo) error {
	dir := filepath.Join(s.dir, r.Name)
	defer os.RemoveAll(dir)
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	files, err := r.create(ctx, filepath.Join(dir, "repo.git"))
	if err != nil {
		return err
	}
	server, stop, err := gitserver.NewHTTP(dir, gitserver.HTTPOptions{Plain: true})
	if err != nil {
		return err
	}
	defer stop()
	contests, err := s.clones(dir, server.URL+"/repo.git")
	if err != nil {
		return err
	}
	for i, c := range contests {
		if c.Job.Out != "" {
			contests[i].Check = func() error { return files.compare(filepath.Join(c.Job.Out, c.Job.Files)) }
		}
	}
	runtime.GC()
	s.race(ctx, r.Name, r.Title, contests)
	return nil
}

// clones are the contenders, each with a folder of its own.
func (s *session) clones(dir, url string) ([]Contest, error) {
	var contests []Contest
	for _, t := range s.tools {
		out := filepath.Join(dir, t.Name, "out")
		job := Job{Dir: filepath.Join(dir, t.Name), Out: out}
		switch t.Name {
		case "confit":
			job.Args = []string{"render", "-c", "confit.yaml", "--out", out}
		case "git":
			job.Args = []string{"clone", "-q", "--depth", "1", url, out}
		case "git-sync":
			job.Args = []string{"--one-time", "--depth", "1", "--ref", "main", "--link", "tree", "--root", out, "--repo", url}
			job.Files = "tree/"
		case "go-git":
			job.Args = []string{"clone", url, out}
		case "receive":
			job.Args, job.Out = []string{"receive", url}, ""
		default:
			continue
		}
		if t.Path == "" {
			continue
		}
		if err := write(job.Dir, "confit.yaml", confitGit, url); err != nil {
			return nil, err
		}
		contests = append(contests, Contest{Tool: t.Name, Path: t.Path, Job: job, Fresh: true, Skip: notBuilt(t)})
	}
	return contests, nil
}

const confitGit = `version: 1
sources:
  - git: %s
    allowHTTP: true
    name: site
render:
  - copy: site:**
    to: .
limits: {git: {pack: 1GiB, files: 100000}}
`

// notBuilt reads the statuses of a confit that does not know Git sources yet.
func notBuilt(t *Tool) func(int64) string {
	return func(status int64) string {
		if t.Name == "confit" && (status == 64 || status == 78) {
			return "not built yet"
		}
		return ""
	}
}
