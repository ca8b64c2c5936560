package judge

import (
	"context"
	"maps"
	"net"
	"reflect"
	"slices"
	_ "unsafe" // for go:linkname

	"github.com/go-logr/logr"
	"k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/labels"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/client-go/kubernetes/fake"
	corelisters "k8s.io/client-go/listers/core/v1"
	"k8s.io/client-go/tools/cache"
	"k8s.io/kubernetes/pkg/kubelet"
	kubecontainer "k8s.io/kubernetes/pkg/kubelet/container"
	"k8s.io/kubernetes/pkg/volume/util/hostutil"
	"k8s.io/kubernetes/pkg/volume/util/subpath"

	"confit/integration/judged"
)

//go:linkname makeEnvironmentVariables k8s.io/kubernetes/pkg/kubelet.(*Kubelet).makeEnvironmentVariables
func makeEnvironmentVariables(kl *kubelet.Kubelet, ctx context.Context, pod *v1.Pod, container *v1.Container, podIP string, podIPs []string, podVolumes kubecontainer.VolumeMap) ([]kubecontainer.EnvVar, error)

//go:linkname makeMounts k8s.io/kubernetes/pkg/kubelet.makeMounts
func makeMounts(logger logr.Logger, pod *v1.Pod, podDir string, container *v1.Container, hostName, hostDomain string, podIPs []string, podVolumes kubecontainer.VolumeMap, hu hostutil.HostUtils, subpather subpath.Interface, expandEnvs []kubecontainer.EnvVar, supportsRRO bool, imageVolumes kubecontainer.ImageVolumes) ([]kubecontainer.Mount, func(), error)

// allocatable is what the node gives where a container has no limit: confit's stand-ins.
var allocatable = v1.ResourceList{
	v1.ResourceCPU: resource.MustParse("1"), v1.ResourceMemory: resource.MustParse("1Gi"), v1.ResourceEphemeralStorage: resource.MustParse("1Gi"),
}

// newKubelet makes a kubelet that has no more than what the two functions ask for.
func newKubelet(o func() *objects) *kubelet.Kubelet {
	kl := &kubelet.Kubelet{}
	nodes := cache.NewIndexer(cache.MetaNamespaceKeyFunc, cache.Indexers{})
	node := &v1.Node{ObjectMeta: metav1.ObjectMeta{Name: judged.Fields["spec.nodeName"]}}
	node.Status.Allocatable = allocatable
	node.Status.Addresses = []v1.NodeAddress{{Type: v1.NodeInternalIP, Address: judged.Fields["status.hostIP"]}}
	if err := nodes.Add(node); err != nil {
		panic(err)
	}
	set(kl, "nodeName", types.NodeName(node.Name))
	set(kl, "kubeClient", fake.NewSimpleClientset())
	set(kl, "nodeLister", corelisters.NewNodeLister(nodes))
	set(kl, "nodeIPs", []net.IP{net.ParseIP(judged.Fields["status.hostIP"])})
	set(kl, "serviceHasSynced", cache.InformerSynced(func() bool { return true }))
	set(kl, "serviceLister", services{o})
	set(kl, "configMapManager", configMaps{o})
	set(kl, "secretManager", secrets{o})
	return kl
}

// set sets an unexported field.
func set(kl *kubelet.Kubelet, name string, v any) {
	f := reflect.ValueOf(kl).Elem().FieldByName(name)
	reflect.NewAt(f.Type(), f.Addr().UnsafePointer()).Elem().Set(reflect.ValueOf(v))
}

type services struct{ objects func() *objects }

// List lists the services, and that of the API server.
func (s services) List(labels.Selector) ([]*v1.Service, error) {
	api := &v1.Service{ObjectMeta: metav1.ObjectMeta{Name: "kubernetes", Namespace: "default"}}
	api.Spec.ClusterIP = "10.96.0.1"
	api.Spec.Ports = []v1.ServicePort{{Name: "https", Port: 443, Protocol: v1.ProtocolTCP}}
	all := []*v1.Service{api}
	for _, s := range s.objects().services {
		s = s.DeepCopy()
		s.Namespace = named(s.Namespace)
		all = append(all, s)
	}
	return all, nil
}

type configMaps struct{ objects func() *objects }

// GetConfigMap finds a ConfigMap. One without a namespace is in that of its workload.
func (c configMaps) GetConfigMap(namespace, name string) (*v1.ConfigMap, error) {
	all := c.objects().configMaps
	for _, key := range []string{namespace + "/" + name, "/" + name} {
		if m := all[key]; m != nil {
			return m, nil
		}
	}
	return nil, apierrors.NewNotFound(v1.Resource("configmaps"), name)
}

func (configMaps) RegisterPod(*v1.Pod)   {}
func (configMaps) UnregisterPod(*v1.Pod) {}

type secrets struct{ objects func() *objects }

// GetSecret finds a Secret.
func (s secrets) GetSecret(namespace, name string) (*v1.Secret, error) {
	all := s.objects().secrets
	for _, key := range []string{namespace + "/" + name, "/" + name} {
		if m := all[key]; m != nil {
			return m, nil
		}
	}
	return nil, apierrors.NewNotFound(v1.Resource("secrets"), name)
}

func (secrets) RegisterPod(*v1.Pod)   {}
func (secrets) UnregisterPod(*v1.Pod) {}

// A Judge answers for streams of manifests.
type Judge struct {
	kubelet *kubelet.Kubelet
	objects *objects
	volumes *volumes
}

// Answer says what a cluster makes of a stream.
func (j *Judge) Answer(stream string) judged.Answer {
	o, err := parse(stream)
	if err != nil {
		return judged.Answer{Refused: err.Error()}
	}
	j.objects = o
	mounters, err := j.volumes.setUp(o.pod)
	defer j.volumes.remove()
	if err != nil {
		return judged.Answer{Waits: err.Error()}
	}
	var a judged.Answer
	for _, c := range slices.Concat(o.pod.Spec.InitContainers, o.pod.Spec.Containers) {
		a.Containers = append(a.Containers, j.container(&c, mounters))
	}
	return a
}

// container makes one container as the kubelet does: variables, mounts, command.
func (j *Judge) container(c *v1.Container, volumes kubecontainer.VolumeMap) judged.Container {
	made := judged.Container{Name: c.Name}
	pod := j.objects.pod
	ips := []string{"10.0.0.7", "fd00::7"}
	env, err := makeEnvironmentVariables(j.kubelet, context.Background(), pod, c, ips[0], ips, volumes)
	if err != nil {
		made.Stops = "env: " + err.Error()
		return made
	}
	mounts, cleanup, err := makeMounts(logr.Discard(), pod, j.volumes.dir, c, "h", "", nil, volumes, hostutil.NewHostUtil(), &subpath.FakeSubpath{}, env, false, nil)
	if cleanup != nil {
		defer cleanup()
	}
	if err != nil {
		made.Stops = "mounts: " + err.Error()
		return made
	}
	made.Env = map[string]string{}
	for _, v := range env {
		made.Env[v.Name] = judged.Text(v.Value)
	}
	command, args := kubecontainer.ExpandContainerCommandAndArgs(c, env)
	for _, word := range slices.Concat(command, args) {
		made.Command = append(made.Command, judged.Text(word))
	}
	made.Files = map[string]judged.File{}
	for _, m := range mounts {
		files, err := j.volumes.files(m)
		if err != nil {
			made.Stops = err.Error()
			return made
		}
		maps.Copy(made.Files, files)
	}
	return made
}
