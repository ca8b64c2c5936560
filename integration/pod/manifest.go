package pod

import (
	"bytes"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"os"
	"regexp"
	"slices"

	"go.yaml.in/yaml/v3"
)

// A Manifest is what one `kubectl apply` would be given: a workload and the
// objects its pod refers to. A caller may change it at any time; Sync, Replace
// and the restarts then see the change as a kubelet would.
type Manifest struct {
	Kind     string // Deployment, StatefulSet, DaemonSet, Job or Pod
	Name     string
	Template Template
	Claims   []string // volumeClaimTemplates, by name

	// Objects by name, their values decoded.
	ConfigMaps map[string]map[string]string
	Secrets    map[string]map[string]string
	Binary     map[string]map[string]text // of ConfigMaps: no variable can have these keys
	Services   []Service
}

// A Template is the pod itself.
type Template struct {
	Metadata Metadata
	Spec     Spec
}

// Metadata is the part of an object's metadata that a container can see.
type Metadata struct {
	Name        string
	Namespace   string
	Labels      map[string]string
	Annotations map[string]string
}

// A document is one object of a manifest file.
type document struct {
	Kind       string
	Metadata   Metadata
	Spec       yaml.Node
	Data       map[string]text
	BinaryData map[string]text `yaml:"binaryData"`
	StringData map[string]text `yaml:"stringData"`
}

// text is a string that was written as one: the API server takes no number or
// boolean in its place.
type text string

// UnmarshalYAML implements [yaml.Unmarshaler].
func (t *text) UnmarshalYAML(n *yaml.Node) error {
	if n.Kind != yaml.ScalarNode || n.ShortTag() != "!!str" {
		return fmt.Errorf("line %d: want a string, quote it: %s", n.Line, n.Value)
	}
	*t = text(n.Value)
	return nil
}

// Load reads manifest files, each of any number of YAML documents. There must be
// exactly one workload among them; kinds that a pod cannot see are passed over.
func Load(files ...string) (*Manifest, error) {
	m := &Manifest{ConfigMaps: map[string]map[string]string{}, Secrets: map[string]map[string]string{}, Binary: map[string]map[string]text{}}
	for _, name := range files {
		b, err := os.ReadFile(name)
		if err != nil {
			return nil, err
		}
		if err := m.add(b); err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
	}
	if m.Kind == "" {
		return nil, fmt.Errorf("%v: no Deployment, StatefulSet, DaemonSet, Job or Pod", files)
	}
	return m, m.check()
}

func (m *Manifest) add(b []byte) error {
	dec := yaml.NewDecoder(bytes.NewReader(b))
	for {
		var d document
		err := dec.Decode(&d)
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err == nil {
			err = m.object(d)
		}
		if err != nil {
			return fmt.Errorf("%s %s: %w", d.Kind, d.Metadata.Name, err)
		}
	}
}

func (m *Manifest) object(d document) (err error) {
	switch d.Kind {
	case "ConfigMap":
		m.ConfigMaps[d.Metadata.Name], err = values(d.Data, d.BinaryData)
		m.Binary[d.Metadata.Name] = d.BinaryData
	case "Secret":
		m.Secrets[d.Metadata.Name], err = values(d.StringData, d.Data)
	case "Service":
		s := Service{Name: d.Metadata.Name}
		m.Services, err = append(m.Services, s), d.Spec.Decode(&s)
		m.Services[len(m.Services)-1] = s
	case "Deployment", "StatefulSet", "DaemonSet", "Job", "Pod":
		err = m.workload(d)
	}
	return err
}

func (m *Manifest) workload(d document) error {
	if m.Kind != "" {
		return fmt.Errorf("a second workload beside %s %s", m.Kind, m.Name)
	}
	m.Kind, m.Name = d.Kind, d.Metadata.Name
	if d.Kind == "Pod" {
		m.Template.Metadata = d.Metadata
		return d.Spec.Decode(&m.Template.Spec)
	}
	var spec struct {
		Template             Template
		VolumeClaimTemplates []struct{ Metadata Metadata } `yaml:"volumeClaimTemplates"`
	}
	if err := d.Spec.Decode(&spec); err != nil {
		return err
	}
	m.Template = spec.Template
	m.Template.Metadata.Namespace = d.Metadata.Namespace
	for _, c := range spec.VolumeClaimTemplates {
		m.Claims = append(m.Claims, c.Metadata.Name)
	}
	return nil
}

var validKey = regexp.MustCompile(`^[-._a-zA-Z0-9]{1,253}$`)

// values are the keys of a ConfigMap or Secret. The plain ones win.
func values(plain, encoded map[string]text) (map[string]string, error) {
	all := map[string]string{}
	for key, v := range encoded {
		b, err := base64.StdEncoding.DecodeString(string(v))
		if err != nil {
			return nil, fmt.Errorf("key %s: not base64", key)
		}
		all[key] = string(b)
	}
	for key, v := range plain {
		all[key] = string(v)
	}
	size := 0
	for key, v := range all {
		if !validKey.MatchString(key) {
			return nil, fmt.Errorf("key %q: only letters, digits, '-', '_' and '.'", key)
		}
		size += len(v)
	}
	if size > 1<<20 {
		return nil, fmt.Errorf("%d bytes of data: more than 1 MiB", size)
	}
	return all, nil
}

// check finds what the API server would refuse and this runner would trip over.
func (m *Manifest) check() error {
	var errs []error
	volumes := map[string]bool{}
	for _, name := range m.Claims {
		volumes[name] = true
	}
	for _, v := range m.Template.Spec.Volumes {
		volumes[v.Name] = true
		if v.kinds() != 1 {
			errs = append(errs, fmt.Errorf("volume %s: not one of the kinds this runner knows", v.Name))
		}
	}
	for _, c := range m.containers() {
		if c.Image == "" || c.Name == "" {
			errs = append(errs, fmt.Errorf("container %q: no name or no image", c.Name))
		}
		if err := c.checkRules(); err != nil {
			errs = append(errs, fmt.Errorf("container %s: %w", c.Name, err))
		}
		for _, mount := range c.VolumeMounts {
			if !volumes[mount.Name] {
				errs = append(errs, fmt.Errorf("container %s: no volume is named %s", c.Name, mount.Name))
			}
		}
	}
	return errors.Join(errs...)
}

func (m *Manifest) containers() []Container {
	return slices.Concat(m.Template.Spec.InitContainers, m.Template.Spec.Containers)
}

// Images are the images that the pod's containers run.
func (m *Manifest) Images() []string {
	var names []string
	for _, c := range m.containers() {
		names = append(names, c.Image)
	}
	return names
}

// Container is the container of that name, to be changed in place, or nil.
func (m *Manifest) Container(name string) *Container {
	for _, list := range [][]Container{m.Template.Spec.InitContainers, m.Template.Spec.Containers} {
		for i := range list {
			if list[i].Name == name {
				return &list[i]
			}
		}
	}
	return nil
}
