// Command podrun runs the pod of a Kubernetes manifest on this machine, with
// podman and as a kubelet would, for a person to try it:
//
//	go run ./integration/podrun -f examples/nginx/deployment.yaml
//
// It needs root and what integration/setup.sh installs. Images are those that
// package podman builds: confit:dev from this repository, the others from packages of Debian.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"strings"
	"syscall"

	"confit/integration/pod"
	"confit/integration/podman"
)

// files are the values of a flag that may be given several times.
type files []string

func (f *files) String() string     { return strings.Join(*f, ",") }
func (f *files) Set(s string) error { *f = append(*f, s); return nil }

func main() {
	var manifests files
	flag.Var(&manifests, "f", "manifest `file` of a Deployment, StatefulSet, DaemonSet, Job or Pod and its objects; may be repeated")
	repo := flag.String("repo", ".", "top `directory` of the repository")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := podrun(ctx, *repo, manifests); err != nil {
		fmt.Fprintln(os.Stderr, "podrun:", err)
		os.Exit(1)
	}
}

func podrun(ctx context.Context, repo string, manifests []string) (err error) {
	m, err := pod.Load(manifests...)
	if err != nil {
		return err
	}
	images, err := podman.OpenImages(repo)
	if err != nil {
		return err
	}
	if err := images.Ensure(ctx, m.Images()...); err != nil {
		return err
	}
	p, err := pod.New(m, images)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, p.Stop()) }()
	return (&session{m: m, pod: p, files: manifests, out: os.Stdout}).run(ctx, os.Stdin)
}
