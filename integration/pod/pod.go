// Package pod runs the pod of a Kubernetes manifest with podman, in the order
// and with the volumes, environment and users that a kubelet gives it. It is an
// oracle for the product's tests and so shares no code with it. It knows no
// scheduler, no liveness probes, no hooks, no back-off, and no network but the loopback of
// the pod or of its neighbour.
//
// All that a pod has lies in one temporary directory; Stop leaves nothing.
package pod

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"hash/fnv"
	"maps"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"confit/integration/podman"
	"confit/integration/scratch"
)

// A Pod is one pod of a manifest. Its methods are not for concurrent use.
type Pod struct {
	Manifest *Manifest
	Name     string

	// NewSandbox is called, if set, when the pod has a new sandbox, and so a new
	// network, in which no container runs yet.
	NewSandbox func(context.Context) error

	// Neighbour is a pod that runs, if set: its network is this pod's too, as between two
	// pods of one node with hostNetwork.
	Neighbour *Pod

	uid     string
	home    *home
	images  *podman.Images
	store   *podman.Store // a new one for each sandbox
	release func()        // of the images
	sandbox bool
	done    int             // how many init containers need no further run
	started map[string]bool // containers of this pod, by name
}

// Names for podman that no container can have.
const (
	podName   = "POD"
	pauseName = "PAUSE"
)

// New prepares a pod of m, whose images must be in the store. Nothing runs
// before Start. The caller must call Stop.
func New(m *Manifest, images *podman.Images) (*Pod, error) {
	if err := sweep(); err != nil {
		return nil, err
	}
	release, err := images.Use()
	if err != nil {
		return nil, err
	}
	h, err := newHome()
	if err != nil {
		release()
		return nil, err
	}
	p := &Pod{Manifest: m, home: h, images: images, release: release}
	p.identity()
	return p, nil
}

// identity gives the pod a new name and UID, as its controller would.
func (p *Pod) identity() {
	p.uid = rand.Text()[:8] + "-0000-4000-8000-" + strings.ToLower(rand.Text()[:12])
	p.started = map[string]bool{}
	p.done = 0
	random := strings.ToLower(rand.Text()[:5])
	switch p.Manifest.Kind {
	case "Deployment":
		p.Name = p.Manifest.Name + "-" + p.templateHash() + "-" + random
	case "StatefulSet":
		p.Name = p.Manifest.Name + "-0"
	case "Pod":
		p.Name = p.Manifest.Name
	default:
		p.Name = p.Manifest.Name + "-" + random
	}
}

// templateHash stands for the name of a Deployment's ReplicaSet.
func (p *Pod) templateHash() string {
	h := fnv.New32a()
	fmt.Fprintf(h, "%+v", p.Manifest.Template)
	return fmt.Sprintf("%x", h.Sum32())
}

func (p *Pod) labels() map[string]string {
	labels := maps.Clone(p.Manifest.Template.Metadata.Labels)
	if labels == nil {
		labels = map[string]string{}
	}
	if p.Manifest.Kind == "Deployment" {
		labels["pod-template-hash"] = p.templateHash()
	}
	return labels
}

func (p *Pod) namespace() string {
	if ns := p.Manifest.Template.Metadata.Namespace; ns != "" {
		return ns
	}
	return "default"
}

func (p *Pod) spec() *Spec { return &p.Manifest.Template.Spec }

// Start brings the pod up: volumes, sandbox, init containers one after another,
// then the rest. It returns when every container of the pod has been started.
//
// After an error what runs stays. The next Start is the kubelet's next try: it
// goes on with what had failed, in the same volumes.
func (p *Pod) Start(ctx context.Context) error {
	if err := p.mountVolumes(); err != nil {
		return fmt.Errorf("pod %s waits, no container was started: %w", p.Name, err)
	}
	if err := p.startSandbox(ctx); err != nil {
		return fmt.Errorf("pod %s: sandbox: %w", p.Name, err)
	}
	for p.done < len(p.spec().InitContainers) {
		c := &p.spec().InitContainers[p.done]
		start := p.runInit
		if c.RestartPolicy == "Always" {
			start = p.startSidecar
		}
		if err := start(ctx, c); err != nil {
			return fmt.Errorf("pod %s: init %w", p.Name, p.initFailed(ctx, c, err))
		}
		p.done++
	}
	for i := range p.spec().Containers {
		c := &p.spec().Containers[i]
		if p.started[c.Name] {
			continue
		}
		if err := p.start(ctx, c); err != nil {
			return fmt.Errorf("pod %s: %w", p.Name, err)
		}
	}
	return nil
}

func (p *Pod) startSandbox(ctx context.Context) error {
	if p.sandbox {
		return nil
	}
	if err := os.MkdirAll(filepath.Join(p.home.Path, "containers"), 0o755); err != nil {
		return err
	}
	store, err := p.home.newStore(p.images)
	if err != nil {
		return err
	}
	p.store = store
	share := "ipc,uts"
	if p.Neighbour == nil {
		share += ",net"
	}
	if p.spec().ShareProcessNamespace {
		share += ",pid"
	}
	hostname := p.spec().Hostname
	if hostname == "" {
		hostname = p.Name
	}
	_, err = p.store.Run(ctx, "pod", "create", "--name", podName, "--share", share, "--network", "none",
		"--cgroup-parent", "/"+filepath.Base(p.home.Path),
		"--infra-image", podman.PauseImage, "--infra-name", pauseName, "--hostname", hostname)
	p.sandbox = err == nil
	if err != nil || p.NewSandbox == nil {
		return err
	}
	if _, err := p.store.Run(ctx, "pod", "start", podName); err != nil {
		return err
	}
	return p.NewSandbox(ctx)
}

// Sync brings the volumes up to date with the manifest's objects, as the kubelet
// does some time after a ConfigMap or Secret has changed.
func (p *Pod) Sync() error { return p.mountVolumes() }

// Replace deletes the pod, its emptyDirs with it, and starts another. It gives
// containers the pod's terminationGracePeriodSeconds to end, by default none.
func (p *Pod) Replace(ctx context.Context) error {
	if grace := p.spec().TerminationGracePeriodSeconds; grace > 0 && p.sandbox {
		if _, err := p.store.Run(ctx, "pod", "stop", "--time", strconv.Itoa(grace), podName); err != nil {
			return err
		}
	}
	p.sandbox = false
	for _, v := range p.spec().Volumes {
		if v.Claim != nil {
			continue
		}
		if err := p.remove(filepath.Join("volumes", v.Name)); err != nil {
			return err
		}
	}
	if err := p.remove("containers"); err != nil {
		return err
	}
	p.identity()
	return p.Start(ctx)
}

// remove removes a part of the pod's home.
func (p *Pod) remove(name string) error {
	dir := filepath.Join(p.home.Path, name)
	return errors.Join(scratch.Unmount(dir), os.RemoveAll(dir))
}

// RestartSandbox kills the pause process, and the other containers as the kubelet
// then does. The pod stays the same to the API and keeps its volumes, but every
// container starts anew, init containers first.
func (p *Pod) RestartSandbox(ctx context.Context) error {
	p.sandbox = false
	p.done = 0
	clear(p.started)
	return p.Start(ctx)
}

// Kill kills a container and starts it anew, as the kubelet does with one that
// has crashed: a new container, so that environment and subPath mounts are made
// again; the same volumes; no init container runs.
func (p *Pod) Kill(ctx context.Context, name string) error {
	c := p.Manifest.Container(name)
	if c == nil || !p.started[name] {
		return fmt.Errorf("pod %s: no container %s", p.Name, name)
	}
	if _, err := p.store.Run(ctx, "rm", "--force", "--time", "0", name); err != nil {
		return err
	}
	if p.policy(c) == "Never" {
		return nil
	}
	return p.start(ctx, c)
}

// Stop ends the pod and removes every trace of it, once. It needs no context: it
// also works after an interrupt, and asks podman for nothing.
func (p *Pod) Stop() error {
	if p.home == nil {
		return nil
	}
	err := p.home.remove()
	p.release()
	p.home = nil
	return err
}
