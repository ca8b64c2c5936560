package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"
)

const (
	manifestTitle = "-f: 200 workloads with 400 ConfigMaps of 8 KB"
	m1Workloads   = 200
)

// manifests measures confit on the manifests of many workloads, beside programs that parse
// the same text: kustomize parses and prints it.
func (s *session) manifests(ctx context.Context) error {
	dir := filepath.Join(s.dir, "M1")
	defer os.RemoveAll(dir)
	var text strings.Builder
	for i := range m1Workloads {
		fmt.Fprintf(&text, m1Workload, i, m1Lines("    line %d {{ .Values.key%d }} and some text around it\n", 145), m1Lines("    key%d: the value of number %d, and more words to make it longer\n", 145))
	}
	if err := write(dir, "all.yaml", "%s", text.String()); err != nil {
		return err
	}
	if err := write(dir, "kustomization.yaml", "resources: [all.yaml]\n"); err != nil {
		return err
	}
	args := map[string][]string{
		"confit":    {"validate", "-f", "all.yaml"},
		"parse":     {"documents", "all.yaml"},
		"kustomize": {"build", "."},
	}
	var contests []Contest
	for _, t := range s.tools {
		if a := args[t.Name]; a != nil && t.Path != "" {
			contests = append(contests, Contest{Tool: t.Name, Path: t.Path, Job: Job{Args: a, Dir: dir}, Skip: notBuilt(t)})
		}
	}
	if c := contestOf(contests, "confit"); c != nil { // reports cost little beside the run
		reports := *c
		reports.Tool = "confit with two reports"
		reports.Job.Args = append(append([]string{}, c.Job.Args...), "--report", "sarif=r.sarif", "--report", "junit=r.xml")
		contests = append(contests, reports)
	}
	runtime.GC()
	s.race(ctx, "M1", manifestTitle, contests)
	return nil
}

func contestOf(all []Contest, tool string) *Contest {
	for i := range all {
		if all[i].Tool == tool {
			return &all[i]
		}
	}
	return nil
}

// m1Lines repeats a line with two numbers.
func m1Lines(line string, n int) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, line, i, i)
	}
	return b.String()
}

const m1Workload = `apiVersion: v1
kind: ConfigMap
metadata: {name: spec-%[1]d}
data:
  confit.yaml: |
    version: 1
    sources: [{configMap: /values}]
    render: [{template: /config-in/app.conf.tmpl}]
    sinks: [{dir: /config-out}]
  app.conf.tmpl: |
%[2]s---
apiVersion: v1
kind: ConfigMap
metadata: {name: values-%[1]d}
data:
  app.yaml: |
%[3]s---
apiVersion: apps/v1
kind: Deployment
metadata: {name: web-%[1]d}
spec:
  template:
    spec:
      securityContext: {fsGroup: 65532}
      initContainers:
        - name: init-config
          image: example.com/confit:1
          args: [render, -c, /config-in/confit.yaml]
          volumeMounts:
            - {name: in, mountPath: /config-in}
            - {name: values, mountPath: /values}
            - {name: out, mountPath: /config-out}
      containers:
        - name: app
          image: example.com/app:1
          volumeMounts: [{name: out, mountPath: /config, readOnly: true}]
      volumes:
        - {name: in, configMap: {name: spec-%[1]d}}
        - {name: values, configMap: {name: values-%[1]d}}
        - {name: out, emptyDir: {}}
---
`
