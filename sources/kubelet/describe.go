package kubelet

import (
	"path"
	"strings"
)

// A Mount is a mount of a container as the manifest has it.
type Mount struct {
	Path     string
	Volume   string
	SubPath  string
	ReadOnly bool
	From     string // what the volume is made of
}

// Mounts lists the mounts of the container in their order.
func (c *Container) Mounts() []Mount {
	var all []Mount
	for i := range c.VolumeMounts {
		m := &c.VolumeMounts[i]
		from := "the pod has no such volume"
		if v := c.pod.volumes[m.Name]; v != nil {
			from = v.from()
		}
		sub := m.SubPath
		if sub == "" {
			sub = m.SubPathExpr
		}
		all = append(all, Mount{m.Path, m.Name, sub, m.ReadOnly, from})
	}
	return all
}

// Role tells when the container runs.
func (c *Container) Role() string {
	switch {
	case !c.Init:
		return "application"
	case c.RestartPolicy == "Always":
		return "sidecar"
	}
	return "init"
}

// from names the objects that the files of a volume come from.
func (v *Volume) from() string {
	switch v.Kind {
	case "--volume":
		return "a directory of --volume"
	case "configMap":
		return "ConfigMap " + v.ConfigMap.Name
	case "secret":
		return "Secret " + v.Secret.SecretName
	case "projected":
		return "projected: " + strings.Join(v.Projected.from(), ", ")
	case "":
		return "not in the manifests"
	}
	return v.Kind
}

func (v *projected) from() []string {
	var all []string
	for i := range v.Sources {
		switch s := &v.Sources[i]; {
		case s.ConfigMap != nil:
			all = append(all, "ConfigMap "+s.ConfigMap.Name)
		case s.Secret != nil:
			all = append(all, "Secret "+s.Secret.Name)
		case s.Downward != nil:
			all = append(all, "downwardAPI")
		case s.Token != nil:
			all = append(all, "serviceAccountToken")
		case s.Trust != nil:
			all = append(all, "clusterTrustBundle")
		}
	}
	return all
}

// Elsewhere lists the paths at which the other containers of the pod see a file of this one:
// of each its name and the path.
func (c *Container) Elsewhere(name string) []string {
	var all []string
	m, rest := c.Files.mountOf(strings.TrimPrefix(path.Clean(name), "/"))
	if m == nil {
		return nil
	}
	inVolume := path.Join("/", m.sub, rest)
	for _, other := range c.pod.Containers {
		if other == c || other.Files == nil {
			continue
		}
		for i := range other.Files.mounts {
			o := &other.Files.mounts[i]
			below, ok := strings.CutPrefix(inVolume+"/", strings.TrimSuffix(path.Join("/", o.sub), "/")+"/")
			if ok && o.volume == m.volume {
				all = append(all, other.Name+" "+path.Join("/", o.at, below))
			}
		}
	}
	return all
}
