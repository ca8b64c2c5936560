package pod

import (
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"

	"confit/integration/scratch"
)

// VolumeDir is where a volume lies on this machine: what its mounts show.
func (p *Pod) VolumeDir(name string) string { return filepath.Join(p.home.Path, "volumes", name) }

// mountVolumes makes the volumes that are not there yet and brings the others up
// to date. An object that is missing and not optional is an error.
func (p *Pod) mountVolumes() error {
	for _, v := range p.volumes() {
		if err := p.mountVolume(v); err != nil {
			return fmt.Errorf("volume %s: %w", v.Name, err)
		}
	}
	return nil
}

// writable reports whether containers may write a volume: those of the API are
// read-only whatever the mount says.
func (p *Pod) writable(name string) bool {
	return slices.ContainsFunc(p.volumes(), func(v Volume) bool {
		return v.Name == name && (v.EmptyDir != nil || v.Claim != nil)
	})
}

func (p *Pod) volumes() []Volume {
	all := p.spec().Volumes
	for _, name := range p.Manifest.Claims {
		all = append(all[:len(all):len(all)], Volume{Name: name, EmptyDir: &EmptyDir{}})
	}
	return all
}

func (p *Pod) mountVolume(v Volume) error {
	dir := p.VolumeDir(v.Name)
	files, err := p.payload(v)
	if err != nil {
		return err
	}
	if _, err := os.Lstat(dir); errors.Is(err, fs.ErrNotExist) {
		if err := p.makeVolume(v, dir); err != nil {
			return err
		}
	}
	if files == nil {
		return nil
	}
	return publish(dir, files, p.spec().SecurityContext.FSGroup)
}

// makeVolume makes an empty volume: 0777 on disk or, for what must not reach
// the disk, a tmpfs, which is sticky as well.
func (p *Pod) makeVolume(v Volume, dir string) error {
	if err := os.MkdirAll(dir, 0o777); err != nil {
		return err
	}
	mode := fs.FileMode(0o777)
	if memory, size, err := v.memory(); err != nil {
		return err
	} else if memory {
		mode |= fs.ModeSticky
		if err := scratch.MountMemory(dir, size); err != nil {
			return fmt.Errorf("mount tmpfs: %w", err)
		}
	}
	if err := os.Chmod(dir, mode); err != nil {
		return err
	}
	if v.EmptyDir == nil && v.Claim == nil {
		return nil
	}
	return own(dir, p.spec().SecurityContext.FSGroup, 0o660)
}

// memory reports whether a volume is a tmpfs, and with which mount options.
func (v Volume) memory() (bool, string, error) {
	if v.EmptyDir == nil {
		return v.Secret != nil || v.Projected != nil || v.DownwardAPI != nil, "", nil
	}
	if v.EmptyDir.Medium != "Memory" || v.EmptyDir.SizeLimit == "" {
		return v.EmptyDir.Medium == "Memory", "", nil
	}
	size, err := quantity(v.EmptyDir.SizeLimit)
	return true, fmt.Sprintf("size=%d", int64(size)), err
}

// payload is what a volume of the API shows; nil for one that is the pod's own.
func (p *Pod) payload(v Volume) (payload, error) {
	switch {
	case v.ConfigMap != nil:
		return p.project("configmap", p.Manifest.ConfigMaps, *v.ConfigMap, 0o644)
	case v.Secret != nil:
		s := *v.Secret
		s.Name = s.SecretName
		return p.project("secret", p.Manifest.Secrets, s, 0o644)
	case v.DownwardAPI != nil:
		return p.downward(*v.DownwardAPI, 0o644)
	case v.Projected != nil:
		return p.projected(*v.Projected)
	}
	return nil, nil
}

// project shows the keys of an object, or those that items name.
func (p *Pod) project(kind string, all map[string]map[string]string, src Projection, mode uint32) (payload, error) {
	data, err := object(kind, all, Ref{src.Name, src.Optional})
	if err != nil {
		return nil, err
	}
	mode = or(src.DefaultMode, mode)
	files := payload{}
	if len(src.Items) == 0 {
		for key, v := range data {
			files[key] = file{[]byte(v), fs.FileMode(mode)}
		}
	}
	for _, item := range src.Items {
		v, ok := data[item.Key]
		if !ok && !src.Optional {
			return nil, fmt.Errorf("%s %q has no key %s", kind, src.Name, item.Key)
		}
		if ok {
			files[item.Path] = file{[]byte(v), fs.FileMode(or(item.Mode, mode))}
		}
	}
	return files, nil
}

func or(mode *uint32, def uint32) uint32 {
	if mode != nil {
		return *mode
	}
	return def
}

func (p *Pod) downward(src DownwardAPI, mode uint32) (payload, error) {
	mode = or(src.DefaultMode, mode)
	files := payload{}
	for _, item := range src.Items {
		c := &Container{} // a resource needs its containerName here
		v, _, err := p.valueFrom(c, &ValueFrom{FieldRef: item.FieldRef, ResourceFieldRef: item.ResourceFieldRef})
		if err != nil {
			return nil, err
		}
		files[item.Path] = file{[]byte(v), fs.FileMode(or(item.Mode, mode))}
	}
	return files, nil
}

func (p *Pod) projected(v Projected) (payload, error) {
	mode := or(v.DefaultMode, 0o644)
	all := payload{}
	for _, src := range v.Sources {
		var files payload
		var err error
		switch {
		case src.ConfigMap != nil:
			files, err = p.project("configmap", p.Manifest.ConfigMaps, *src.ConfigMap, mode)
		case src.Secret != nil:
			files, err = p.project("secret", p.Manifest.Secrets, *src.Secret, mode)
		case src.DownwardAPI != nil:
			files, err = p.downward(*src.DownwardAPI, mode)
		case src.ServiceAccountToken != nil:
			files = payload{src.ServiceAccountToken.Path: {[]byte("a.service-account.token"), fs.FileMode(mode)}}
		}
		if err != nil {
			return nil, err
		}
		maps.Copy(all, files)
	}
	return all, nil
}

// source is the path that a mount shows. A subPath is resolved now, once, must
// not lead out of its volume, and stays what it is even if its file is replaced.
func (p *Pod) source(c *Container, at int, env map[string]string) (string, error) {
	m := c.VolumeMounts[at]
	dir, sub := p.VolumeDir(m.Name), m.SubPath
	if m.SubPathExpr != "" {
		sub = expand(m.SubPathExpr, env)
	}
	if sub == "" {
		return dir, nil
	}
	if !filepath.IsLocal(sub) {
		return "", fmt.Errorf("subPath %s: not within its volume", sub)
	}
	path, err := filepath.EvalSymlinks(filepath.Join(dir, sub))
	if errors.Is(err, fs.ErrNotExist) {
		path = filepath.Join(dir, sub)
		err = makeLike(dir, path)
	}
	if err != nil {
		return "", err
	}
	if rel, err := filepath.Rel(dir, path); err != nil || !filepath.IsLocal(rel) {
		return "", fmt.Errorf("subPath %s: a symlink leads out of its volume", sub)
	}
	return p.bind(path, fmt.Sprintf("%s-%d", c.Name, at))
}

// makeLike makes the directory of a subPath that is not there, with the mode of its volume
// whatever the umask.
func makeLike(volume, path string) error {
	info, err := os.Stat(volume)
	if err != nil {
		return err
	}
	if err := os.MkdirAll(path, 0o755); err != nil {
		return err
	}
	return os.Chmod(path, info.Mode().Perm())
}

// bind makes a mount of its own for path, so that the file outlives its name.
func (p *Pod) bind(path, name string) (string, error) {
	to := filepath.Join(p.home.Path, "subpaths", name)
	if err := scratch.Unmount(to); err != nil {
		return "", err
	}
	if err := os.RemoveAll(to); err != nil {
		return "", err
	}
	info, err := os.Stat(path)
	if err != nil {
		return "", err
	}
	if info.IsDir() {
		err = os.MkdirAll(to, 0o755)
	} else {
		err = os.WriteFile(to, nil, 0o644)
	}
	if err != nil {
		return "", err
	}
	return to, scratch.Bind(path, to)
}
