package main

import (
	"slices"
	"strings"

	"confit/integration/peers"
)

// A Tool is a contender: a peer, a floor of ours, or confit.
type Tool struct {
	Name    string
	Module  string // of the Go module proxy; "" for what is found or built otherwise
	Version string // pinned
	Package string // below Module; "" for its root
	Require string // more lines for go.mod
	Sum     string // lines for go.sum
	Note    string // said under the table
	Debian  string // the package that has it, in place of Module
	Start   string // the arguments of a cold start
	Floor   bool   // a limit, not a rival
	Does    string // the workloads it can do
	Shape   shape  // of a rendering workload

	Path   string // the program; "" when absent
	Absent string // why
}

func (t *Tool) can(w *Workload) bool {
	return slices.Contains(strings.Fields(t.Does), w.Name) && (w.Only == nil || slices.Contains(w.Only, t.Name))
}

// tools returns the contenders that a plan needs, in the order of the tables.
func tools(p plan) []*Tool {
	return slices.DeleteFunc(slices.Concat(ours(), goPeers(), envPeers(), missing()), func(t *Tool) bool {
		if p.with != nil && !slices.Contains(p.with, t.Name) {
			return true
		}
		wanted := func(workload string) bool { return p.has(workload, true) }
		start := t.Start != "" && (t.Floor || t.Shape != nil) && wanted("start")
		return p.names != nil && !start && !slices.ContainsFunc(strings.Fields(t.Does), wanted)
	})
}

func ours() []*Tool {
	const all = "W1 W2 W3 W4 W5 W6 W3x10 W5x10 C1 C2"
	const git = "G1 G2 G3"
	return []*Tool{
		{Name: "confit", Start: "version", Does: all + " " + git + " M1 watch", Shape: shapeConfit},
		{Name: "imports", Floor: true, Start: " "},
		{Name: "proto", Floor: true, Does: all, Shape: shapeProto},
		{Name: "parse", Floor: true, Does: "W4 W5 M1", Shape: shapeParse},
		{Name: "raw", Floor: true, Does: "W3 W6", Shape: shapeRaw},
		{Name: "go-git", Floor: true, Does: git},
		{Name: "receive", Floor: true, Does: git},
	}
}

func goPeers() []*Tool {
	return []*Tool{
		with(peers.Gomplate(), Tool{
			Note:  "inet.af/netaddr taken from its GitHub home, the same commit",
			Start: "--version", Does: "W1 W2 W3 W4 W5 W6 C1 C2", Shape: shapeGomplate,
		}),
		with(peers.Kustomize(), Tool{Does: "M1"}),
		with(peers.Helm(), Tool{Start: "version", Does: "W1 W2 W3 W4 W5 W6 C1 C2", Shape: shapeHelm}),
		{
			Name: "ytt", Module: "carvel.dev/ytt", Version: "v0.52.0", Package: "/cmd/ytt",
			Start: "version", Does: "W1 W2 W3 W4 W5 W6", Shape: shapeYtt,
		},
		with(peers.ConsulTemplate(), Tool{Start: "-v", Does: "W1 W2 W3 W4 W6", Shape: shapeConsul}),
	}
}

// with is a tool that a module of the peers has.
func with(m peers.Module, t Tool) *Tool {
	t.Name, t.Module, t.Version, t.Package, t.Require, t.Sum = m.Name, m.Path, m.Version, m.Package, m.Require, m.Sum
	return &t
}

func envPeers() []*Tool {
	return []*Tool{
		with(peers.Dockerize(), Tool{Start: "-version", Does: "W1 W2 W3 W6 C1 C2", Shape: shapeDockerize}),
		with(peers.Confd(), Tool{Start: "-version", Does: "W1 W2 W3 W6", Shape: shapeConfd}),
		{
			Name: "a8m envsubst", Module: "github.com/a8m/envsubst", Version: "v1.4.3", Package: "/cmd/envsubst",
			Start: "-h", Does: "W1", Shape: shapeEnvsubst,
		},
		{Name: "GNU envsubst", Debian: "gettext-base", Package: "envsubst", Start: "--version", Does: "W1", Shape: shapeEnvsubst},
		{Name: "git", Debian: "git", Package: "git", Start: "--version", Does: "G1 G2 G3"},
	}
}

// missing are peers that people use and that neither the module proxy nor Debian
// had when this was written. They are tried again on a full run.
func missing() []*Tool {
	return []*Tool{
		{Name: "remco", Module: "github.com/HeavyHorst/remco", Version: "v0.12.5", Package: "/cmd/remco", Start: "-version"},
		{Name: "render-template", Module: "github.com/bitnami/render-template", Version: "v1.0.9", Start: "--help"},
		{Name: "configmap-reload", Module: "github.com/jimmidyson/configmap-reload", Version: "v0.15.0", Does: "watch"},
		{Name: "git-sync", Module: "k8s.io/git-sync/v4", Version: "v4.4.2", Start: "--version", Does: "G1 G2 G3"},
	}
}
