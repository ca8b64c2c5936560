// Package judged asks confit what the containers of a pod would see, and compares that with
// the answers of the kubelet's own functions, which integration/judge has. Some thousand of
// those answers are kept, so that a test of confit needs no Kubernetes.
package judged

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io/fs"
	"os"
	"path"
	"strings"
	"unicode/utf8"

	"github.com/klauspost/compress/zstd"

	"confit/render/diag"
	"confit/sources/kubelet"
	"confit/sources/manifest"
)

// A Case is a stream of manifests with one workload, and what a cluster makes of it.
type Case struct {
	Manifest string
	Answer   Answer
}

// An Answer is what becomes of a workload. Of a text that says why something goes wrong, only
// whether it is there is compared.
type Answer struct {
	Refused    string      `json:",omitempty"` // why the server refuses an object
	Waits      string      `json:",omitempty"` // why no container starts
	Containers []Container `json:",omitempty"`
}

// A Container is what a container sees.
type Container struct {
	Name    string
	Stops   string            `json:",omitempty"` // why it does not start
	Env     map[string]string `json:",omitempty"`
	Command []string          `json:",omitempty"`
	Files   map[string]File   `json:",omitempty"` // in its mounts, by path
}

// A File is a file in a mount. All texts come from Text.
type File struct {
	Mode fs.FileMode
	Data string
}

// Text is a text for JSON: base64 of one that is not UTF-8.
func Text(s string) string {
	if !utf8.ValidString(s) {
		return "base64:" + base64.StdEncoding.EncodeToString([]byte(s))
	}
	return s
}

// Fields are the values that only a cluster knows, for both sides.
var Fields = map[string]string{
	"metadata.name": "web-5d4f", "metadata.uid": "11111111-2222-4333-8444-555555555555", "spec.nodeName": "n1",
	"status.hostIP": "192.0.2.10", "status.hostIPs": "192.0.2.10", "status.podIP": "10.0.0.7", "status.podIPs": "10.0.0.7,fd00::7",
}

// Confit is confit's answer, with its errors. A container that it holds back has the text
// blocked in Stops.
func Confit(text string) (Answer, []string) {
	set, err := manifest.Read([]manifest.File{{Name: "m.yaml", Data: []byte(text)}}, &diag.Budget{})
	if err != nil {
		return Answer{}, []string{err.Error()}
	}
	cluster := &kubelet.Cluster{Objects: set, Fields: Fields}
	workloads := set.Workloads()
	if len(workloads) != 1 {
		return Answer{}, []string{fmt.Sprintf("%d workloads", len(workloads))}
	}
	pod := cluster.Pod(workloads[0])
	var a Answer
	for _, c := range pod.Containers {
		c.Prepare()
		a.Containers = append(a.Containers, container(c))
	}
	var errs []string
	for _, f := range append(cluster.Findings(), pod.Findings...) {
		if f.Level == kubelet.Error {
			errs = append(errs, f.Pos.String()+": "+f.Text)
		}
	}
	return a, errs
}

func container(c *kubelet.Container) Container {
	made := Container{Name: c.Name, Env: map[string]string{}, Files: map[string]File{}}
	if c.Blocked {
		made.Stops = "blocked"
	}
	for _, v := range c.Vars {
		made.Env[v.Name] = Text(v.Value)
	}
	for _, word := range c.Command {
		made.Command = append(made.Command, Text(word))
	}
	for i := range c.VolumeMounts {
		at := path.Join("/", c.VolumeMounts[i].Path)
		if err := made.walk(c.Files, at[1:]); err != nil && made.Stops == "" {
			made.Stops = err.Error()
		}
	}
	return made
}

// walk adds the files at and below a path.
func (c *Container) walk(files *kubelet.FileTree, at string) error {
	info, err := files.Stat(at)
	if err != nil {
		return err
	}
	if !info.IsDir() {
		file, err := files.ReadRegular(at, 1<<30)
		c.Files["/"+at] = File{file.Mode, Text(string(file.Data))}
		return err
	}
	entries, err := files.ReadDir(at)
	if err != nil {
		return err
	}
	for _, e := range entries {
		if err := c.walk(files, path.Join(at, e.Name())); err != nil {
			return err
		}
	}
	return nil
}

// Read reads cases from a file, and Write writes them.
func Read(name string) ([]Case, error) {
	data, err := os.ReadFile(name)
	if err != nil {
		return nil, err
	}
	r, err := zstd.NewReader(bytes.NewReader(data))
	if err != nil {
		return nil, err
	}
	defer r.Close()
	var cases []Case
	return cases, json.NewDecoder(r).Decode(&cases)
}

// Write writes cases to a file, compressed.
func Write(name string, cases []Case) error {
	var b bytes.Buffer
	w, err := zstd.NewWriter(&b, zstd.WithEncoderLevel(zstd.SpeedBestCompression), zstd.WithEncoderConcurrency(1))
	if err != nil {
		return err
	}
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(cases); err != nil {
		return err
	}
	if err := w.Close(); err != nil {
		return err
	}
	return os.WriteFile(name, b.Bytes(), 0o644)
}

func joined(errs []string) string { return strings.Join(errs, "\n") }
