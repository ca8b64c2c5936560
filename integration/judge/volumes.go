package judge

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strings"
	"testing"

	authenticationv1 "k8s.io/api/authentication/v1"
	"k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/client-go/kubernetes/fake"
	kubecontainer "k8s.io/kubernetes/pkg/kubelet/container"
	"k8s.io/kubernetes/pkg/volume"
	"k8s.io/kubernetes/pkg/volume/configmap"
	"k8s.io/kubernetes/pkg/volume/downwardapi"
	"k8s.io/kubernetes/pkg/volume/emptydir"
	"k8s.io/kubernetes/pkg/volume/projected"
	"k8s.io/kubernetes/pkg/volume/secret"
	volumetest "k8s.io/kubernetes/pkg/volume/testing"
	volumeutil "k8s.io/kubernetes/pkg/volume/util"

	"confit/integration/judged"
)

// volumes makes the volumes of pods with the plugins of the kubelet, in a directory.
type volumes struct {
	dir     string
	plugins volume.VolumePluginMgr
}

// A host is what the plugins see of the kubelet.
type host struct {
	volume.VolumeHost
	volume.KubeletVolumeHost
	objects func() *objects
}

func (h host) GetNodeAllocatable() (v1.ResourceList, error) { return allocatable, nil }

func (h host) GetConfigMapFunc() func(namespace, name string) (*v1.ConfigMap, error) {
	return configMaps{h.objects}.GetConfigMap
}

func (h host) GetSecretFunc() func(namespace, name string) (*v1.Secret, error) {
	return secrets{h.objects}.GetSecret
}

func (h host) GetServiceAccountTokenFunc() func(string, string, *authenticationv1.TokenRequest) (*authenticationv1.TokenRequest, error) {
	return func(string, string, *authenticationv1.TokenRequest) (*authenticationv1.TokenRequest, error) {
		made := &authenticationv1.TokenRequest{}
		made.Status.Token = "stand-in-token"
		return made, nil
	}
}

func (h host) DeleteServiceAccountTokenFunc() func(types.UID) { return func(types.UID) {} }

func newVolumes(t *testing.T, dir string, o func() *objects) *volumes {
	t.Helper()
	outer := volumetest.NewFakeKubeletVolumeHost(t, dir, fake.NewSimpleClientset(), emptydir.ProbeVolumePlugins())
	v := &volumes{dir: dir}
	var all []volume.VolumePlugin
	for _, plugins := range [][]volume.VolumePlugin{configmap.ProbeVolumePlugins(), secret.ProbeVolumePlugins(), projected.ProbeVolumePlugins(), downwardapi.ProbeVolumePlugins(), emptydir.ProbeVolumePlugins()} {
		all = append(all, plugins...)
	}
	if err := v.plugins.InitPlugins(all, nil, host{outer, outer, o}); err != nil {
		t.Fatal(err)
	}
	return v
}

// setUp makes the volumes that a container mounts.
func (v *volumes) setUp(pod *v1.Pod) (kubecontainer.VolumeMap, error) {
	mounted, _, _ := volumeutil.GetPodVolumeNames(pod, true)
	made := kubecontainer.VolumeMap{}
	var all []error
	for i := range pod.Spec.Volumes {
		vol := &pod.Spec.Volumes[i]
		if !mounted.Has(vol.Name) {
			continue
		}
		spec := volume.NewSpecFromVolume(vol)
		plugin, err := v.plugins.FindPluginBySpec(spec)
		if err != nil {
			return nil, err
		}
		mounter, err := plugin.NewMounter(spec, pod)
		if err != nil {
			return nil, err
		}
		args := volume.MounterArgs{FsUser: volumeutil.FsUserFrom(pod)}
		if pod.Spec.SecurityContext != nil {
			args.FsGroup = pod.Spec.SecurityContext.FSGroup
		}
		if err := mounter.SetUp(args); err != nil {
			all = append(all, fmt.Errorf("volume %s: %w", vol.Name, err))
		}
		made[vol.Name] = kubecontainer.VolumeInfo{Mounter: mounter}
	}
	return made, errors.Join(all...)
}

func (v *volumes) remove() { os.RemoveAll(filepath.Join(v.dir, "pods")) }

// files lists the files of a mount, by their paths in the container.
func (v *volumes) files(m kubecontainer.Mount) (map[string]judged.File, error) {
	found := map[string]judged.File{}
	info, err := os.Stat(m.HostPath)
	if errors.Is(err, fs.ErrNotExist) {
		if strings.Contains(m.HostPath, "kubernetes.io~empty-dir") {
			return found, nil // the kubelet makes the directory of a subPath
		}
		return nil, errors.New("subPath " + m.HostPath + " is not there")
	}
	if err != nil {
		return nil, err
	}
	return found, add(found, m.HostPath, path.Clean(m.ContainerPath), info)
}

// add follows the links of a volume, and leaves out the directories that they lead to.
func add(found map[string]judged.File, from, to string, info fs.FileInfo) error {
	if !info.IsDir() {
		data, err := os.ReadFile(from)
		found[to] = judged.File{Mode: info.Mode().Perm(), Data: judged.Text(string(data))}
		return err
	}
	entries, err := os.ReadDir(from)
	if err != nil {
		return err
	}
	for _, e := range entries {
		if strings.HasPrefix(e.Name(), "..") {
			continue
		}
		info, err := os.Stat(filepath.Join(from, e.Name()))
		if err != nil {
			return err
		}
		if err := add(found, filepath.Join(from, e.Name()), path.Join(to, e.Name()), info); err != nil {
			return err
		}
	}
	return nil
}
