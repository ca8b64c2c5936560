package judge

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"strings"

	appsv1 "k8s.io/api/apps/v1"
	batchv1 "k8s.io/api/batch/v1"
	"k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	kjson "k8s.io/apimachinery/pkg/runtime/serializer/json"
	"k8s.io/apimachinery/pkg/util/json"
	"k8s.io/apimachinery/pkg/util/yaml"
	"k8s.io/kubernetes/pkg/api/legacyscheme"
	podutil "k8s.io/kubernetes/pkg/api/pod"
	"k8s.io/kubernetes/pkg/apis/core"
	"k8s.io/kubernetes/pkg/apis/core/validation"

	_ "k8s.io/kubernetes/pkg/apis/apps/install" // their kinds belong to legacyscheme.Scheme
	_ "k8s.io/kubernetes/pkg/apis/batch/install"
	_ "k8s.io/kubernetes/pkg/apis/core/install"

	"confit/integration/judged"
)

// objects are the objects of a stream as the server has taken them.
type objects struct {
	pod        *v1.Pod
	configMaps map[string]*v1.ConfigMap // by namespace/name
	secrets    map[string]*v1.Secret
	services   []*v1.Service
}

// strict refuses what kubectl --validate=strict refuses, its default.
var strict = kjson.NewSerializerWithOptions(kjson.DefaultMetaFactory, legacyscheme.Scheme, legacyscheme.Scheme, kjson.SerializerOptions{Strict: true})

// parse reads a stream as kubectl does, and takes its objects as the server does.
func parse(stream string) (*objects, error) {
	raws, err := documents(stream)
	if err != nil {
		return nil, err
	}
	o := &objects{configMaps: map[string]*v1.ConfigMap{}, secrets: map[string]*v1.Secret{}}
	for _, raw := range raws {
		obj, _, err := strict.Decode(raw, nil, nil)
		if err != nil {
			return nil, err
		}
		if err := o.take(obj); err != nil {
			return nil, err
		}
	}
	if o.pod == nil {
		return nil, errors.New("no workload")
	}
	return o, nil
}

// documents cuts a stream, and the lists in it.
func documents(stream string) ([][]byte, error) {
	var all [][]byte
	dec := yaml.NewYAMLOrJSONDecoder(strings.NewReader(stream), 4096)
	for {
		var ext runtime.RawExtension
		err := dec.Decode(&ext)
		if errors.Is(err, io.EOF) {
			return all, nil
		}
		if err != nil {
			return nil, err
		}
		raw := bytes.TrimSpace(ext.Raw)
		if len(raw) == 0 || string(raw) == "null" {
			continue
		}
		if all, err = flatten(all, raw); err != nil {
			return nil, err
		}
	}
}

func flatten(all [][]byte, raw []byte) ([][]byte, error) {
	var list struct {
		APIVersion string           `json:"apiVersion"`
		Kind       string           `json:"kind"`
		Items      []map[string]any `json:"items"`
	}
	if err := json.Unmarshal(raw, &list); err != nil {
		return nil, err
	}
	kind, isList := strings.CutSuffix(list.Kind, "List")
	if !isList {
		return append(all, raw), nil
	}
	for _, item := range list.Items {
		if item["kind"] == nil {
			item["kind"], item["apiVersion"] = kind, list.APIVersion
		}
		raw, err := json.Marshal(item)
		if err != nil {
			return nil, err
		}
		if all, err = flatten(all, raw); err != nil {
			return nil, err
		}
	}
	return all, nil
}

// take defaults and validates an object.
func (o *objects) take(obj runtime.Object) error {
	legacyscheme.Scheme.Default(obj)
	switch t := obj.(type) {
	case *v1.ConfigMap:
		var in core.ConfigMap
		if err := legacyscheme.Scheme.Convert(t, &in, nil); err != nil {
			return err
		}
		in.Namespace = named(in.Namespace)
		if errs := validation.ValidateConfigMap(&in); len(errs) > 0 {
			return errs.ToAggregate()
		}
		o.configMaps[t.Namespace+"/"+t.Name] = t
	case *v1.Secret:
		var in core.Secret
		if err := legacyscheme.Scheme.Convert(t, &in, nil); err != nil {
			return err
		}
		in.Namespace = named(in.Namespace)
		if errs := validation.ValidateSecret(&in); len(errs) > 0 {
			return errs.ToAggregate()
		}
		out := &v1.Secret{}
		if err := legacyscheme.Scheme.Convert(&in, out, nil); err != nil {
			return err
		}
		o.secrets[t.Namespace+"/"+t.Name] = out
	case *v1.Service:
		o.services = append(o.services, t)
	case *v1.Pod:
		return o.takePod(t.ObjectMeta, t.Spec)
	case *appsv1.Deployment:
		return o.takeTemplate(t.ObjectMeta, t.Spec.Template)
	case *appsv1.StatefulSet:
		return o.takeTemplate(t.ObjectMeta, t.Spec.Template)
	case *appsv1.DaemonSet:
		return o.takeTemplate(t.ObjectMeta, t.Spec.Template)
	case *batchv1.Job:
		return o.takeTemplate(t.ObjectMeta, t.Spec.Template)
	case *batchv1.CronJob:
		return o.takeTemplate(t.ObjectMeta, t.Spec.JobTemplate.Spec.Template)
	default:
		return fmt.Errorf("unexpected %T", obj)
	}
	return nil
}

func (o *objects) takeTemplate(owner metav1.ObjectMeta, t v1.PodTemplateSpec) error {
	t.Namespace = owner.Namespace
	return o.takePod(t.ObjectMeta, t.Spec)
}

// takePod makes the pod as a controller, the server and the scheduler do.
func (o *objects) takePod(meta metav1.ObjectMeta, spec v1.PodSpec) error {
	pod := &v1.Pod{ObjectMeta: meta, Spec: spec}
	pod.Name, pod.Namespace = judged.Fields["metadata.name"], named(meta.Namespace)
	legacyscheme.Scheme.Default(pod)
	var in core.Pod
	if err := legacyscheme.Scheme.Convert(pod, &in, nil); err != nil {
		return err
	}
	if in.Spec.ServiceAccountName == "" {
		in.Spec.ServiceAccountName = "default" // by admission
	}
	in.Spec.DeprecatedServiceAccount = in.Spec.ServiceAccountName
	opts := podutil.GetValidationOptionsFromPodSpecAndMeta(&in.Spec, nil, &in.ObjectMeta, nil)
	if errs := validation.ValidatePodCreate(&in, opts); len(errs) > 0 {
		return errs.ToAggregate()
	}
	o.pod = &v1.Pod{}
	if err := legacyscheme.Scheme.Convert(&in, o.pod, nil); err != nil {
		return err
	}
	o.pod.UID = "11111111-2222-4333-8444-555555555555"
	o.pod.Spec.NodeName = judged.Fields["spec.nodeName"]
	return nil
}

func named(namespace string) string {
	if namespace == "" {
		return "default"
	}
	return namespace
}
