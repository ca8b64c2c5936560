package kubelet

import (
	"errors"
	"math/big"
	"strings"

	"go.yaml.in/yaml/v3"

	"confit/render/specfile"
)

// A podTemplate is a pod template, or a Pod. Of each part it lists the fields that Kubernetes
// knows, so that a misspelt one is found.
type podTemplate struct {
	specfile.Places

	Metadata metadata         `yaml:"metadata"`
	Spec     podSpec          `yaml:"spec"`
	Others   specfile.Ignored `yaml:"apiVersion kind status"`
}

type metadata struct {
	specfile.Places

	Name        string            `yaml:"name"`
	Namespace   string            `yaml:"namespace"`
	Labels      map[string]string `yaml:"labels"`
	Annotations map[string]string `yaml:"annotations"`
	Others      specfile.Ignored  `yaml:"creationTimestamp deletionGracePeriodSeconds deletionTimestamp finalizers generateName generation managedFields ownerReferences resourceVersion selfLink uid"`
}

type podSpec struct {
	specfile.Places

	InitContainers     []container      `yaml:"initContainers"`
	Containers         []container      `yaml:"containers"`
	Volumes            []volume         `yaml:"volumes"`
	EnableServiceLinks *bool            `yaml:"enableServiceLinks"`
	NodeName           string           `yaml:"nodeName"`
	ServiceAccount     string           `yaml:"serviceAccountName"`
	OldServiceAccount  string           `yaml:"serviceAccount"`
	Security           security         `yaml:"securityContext"`
	Resources          resources        `yaml:"resources"`
	ShareProcesses     bool             `yaml:"shareProcessNamespace"`
	HostPID            bool             `yaml:"hostPID"`
	Others             specfile.Ignored `yaml:"activeDeadlineSeconds affinity automountServiceAccountToken dnsConfig dnsPolicy ephemeralContainers evictionResponders hostAliases hostIPC hostNetwork hostUsers hostname hostnameOverride imagePullSecrets nodeSelector os overhead preemptionPolicy priority priorityClassName readinessGates resourceClaims restartPolicy runtimeClassName schedulerName schedulingGates schedulingGroup setHostnameAsFQDN subdomain terminationGracePeriodSeconds tolerations topologySpreadConstraints workloadRef containerConcurrency idleTimeoutSeconds responseStartTimeoutSeconds timeoutSeconds"`
}

// security is the security context of a pod or a container.
type security struct {
	specfile.Places

	RunAsUser  *int64           `yaml:"runAsUser"`
	RunAsGroup *int64           `yaml:"runAsGroup"`
	FSGroup    *int64           `yaml:"fsGroup"`
	Groups     []int64          `yaml:"supplementalGroups"`
	Others     specfile.Ignored `yaml:"allowPrivilegeEscalation appArmorProfile capabilities fsGroupChangePolicy privileged procMount readOnlyRootFilesystem runAsNonRoot seLinuxChangePolicy seLinuxOptions seccompProfile supplementalGroupsPolicy sysctls windowsOptions"`
}

type container struct {
	specfile.Places

	Name          string           `yaml:"name"`
	Image         string           `yaml:"image"`
	Command       []string         `yaml:"command"`
	Args          []string         `yaml:"args"`
	WorkingDir    string           `yaml:"workingDir"`
	Env           []envVar         `yaml:"env"`
	EnvFrom       []envFrom        `yaml:"envFrom"`
	VolumeMounts  []volumeMount    `yaml:"volumeMounts"`
	Resources     resources        `yaml:"resources"`
	Security      security         `yaml:"securityContext"`
	RestartPolicy string           `yaml:"restartPolicy"`
	RestartRules  []restartRule    `yaml:"restartPolicyRules"`
	Others        specfile.Ignored `yaml:"imagePullPolicy lifecycle livenessProbe ports readinessProbe resizePolicy startupProbe stdin stdinOnce terminationMessagePath terminationMessagePolicy tty volumeDevices"`
}

// A restartRule says what the kubelet restarts when the container has ended with some statuses.
type restartRule struct {
	specfile.Places

	Action    string     `yaml:"action"`
	ExitCodes *exitCodes `yaml:"exitCodes"`
}

type exitCodes struct {
	specfile.Places

	Operator string  `yaml:"operator"`
	Values   []int64 `yaml:"values"`
}

type envVar struct {
	specfile.Places

	Name  string     `yaml:"name"`
	Value string     `yaml:"value"`
	From  *envSource `yaml:"valueFrom"`
}

type envSource struct {
	specfile.Places

	Field     *fieldRef    `yaml:"fieldRef"`
	Resource  *resourceRef `yaml:"resourceFieldRef"`
	ConfigMap *keyRef      `yaml:"configMapKeyRef"`
	Secret    *keyRef      `yaml:"secretKeyRef"`
	File      *fileKeyRef  `yaml:"fileKeyRef"`
}

type fieldRef struct {
	specfile.Places

	Path   string           `yaml:"fieldPath"`
	Others specfile.Ignored `yaml:"apiVersion"`
}

type resourceRef struct {
	specfile.Places

	Container string   `yaml:"containerName"`
	Resource  string   `yaml:"resource"`
	Divisor   quantity `yaml:"divisor"`
}

type keyRef struct {
	specfile.Places

	Name     string `yaml:"name"`
	Key      string `yaml:"key"`
	Optional bool   `yaml:"optional"`
}

type fileKeyRef struct {
	specfile.Places

	Volume   string `yaml:"volumeName"`
	Path     string `yaml:"path"`
	Key      string `yaml:"key"`
	Optional bool   `yaml:"optional"`
}

type envFrom struct {
	specfile.Places

	Prefix    string     `yaml:"prefix"`
	ConfigMap *objectRef `yaml:"configMapRef"`
	Secret    *objectRef `yaml:"secretRef"`
}

type objectRef struct {
	specfile.Places

	Name     string `yaml:"name"`
	Optional bool   `yaml:"optional"`
}

type volumeMount struct {
	specfile.Places

	Name        string           `yaml:"name"`
	Path        string           `yaml:"mountPath"`
	SubPath     string           `yaml:"subPath"`
	SubPathExpr string           `yaml:"subPathExpr"`
	ReadOnly    bool             `yaml:"readOnly"`
	Others      specfile.Ignored `yaml:"bindMountOptions mountPropagation recursiveReadOnly"`
}

type volume struct {
	specfile.Places

	Name      string           `yaml:"name"`
	ConfigMap *objectVolume    `yaml:"configMap"`
	Secret    *objectVolume    `yaml:"secret"`
	Projected *projected       `yaml:"projected"`
	Downward  *downwardVolume  `yaml:"downwardAPI"`
	EmptyDir  *emptyDir        `yaml:"emptyDir"`
	Others    specfile.Ignored `yaml:"awsElasticBlockStore azureDisk azureFile cephfs cinder csi ephemeral fc flexVolume flocker gcePersistentDisk gitRepo glusterfs hostPath image iscsi nfs persistentVolumeClaim photonPersistentDisk portworxVolume quobyte rbd scaleIO storageos vsphereVolume"`
}

// An objectVolume is the files of a ConfigMap or a Secret.
type objectVolume struct {
	specfile.Places

	Name       string           `yaml:"name"`
	SecretName string           `yaml:"secretName"` // the name, for a volume of a Secret
	Items      []item           `yaml:"items"`
	Optional   bool             `yaml:"optional"`
	Mode       *int64           `yaml:"defaultMode"`
	Others     specfile.Ignored `yaml:"defaultUser"`
}

type item struct {
	specfile.Places

	Key    string           `yaml:"key"`
	Path   string           `yaml:"path"`
	Mode   *int64           `yaml:"mode"`
	Others specfile.Ignored `yaml:"user"`
}

type projected struct {
	specfile.Places

	Sources []projection     `yaml:"sources"`
	Mode    *int64           `yaml:"defaultMode"`
	Others  specfile.Ignored `yaml:"defaultUser"`
}

type projection struct {
	specfile.Places

	ConfigMap *objectVolume    `yaml:"configMap"`
	Secret    *objectVolume    `yaml:"secret"`
	Downward  *downwardVolume  `yaml:"downwardAPI"`
	Token     *tokenSource     `yaml:"serviceAccountToken"`
	Trust     *trustSource     `yaml:"clusterTrustBundle"`
	Others    specfile.Ignored `yaml:"podCertificate"`
}

type tokenSource struct {
	specfile.Places

	Path   string           `yaml:"path"`
	Others specfile.Ignored `yaml:"user audience expirationSeconds"`
}

type trustSource struct {
	specfile.Places

	Path   string           `yaml:"path"`
	Others specfile.Ignored `yaml:"user labelSelector name optional signerName"`
}

type downwardVolume struct {
	specfile.Places

	Items  []downwardItem   `yaml:"items"`
	Mode   *int64           `yaml:"defaultMode"`
	Others specfile.Ignored `yaml:"defaultUser"`
}

type downwardItem struct {
	specfile.Places

	Path     string           `yaml:"path"`
	Field    *fieldRef        `yaml:"fieldRef"`
	Resource *resourceRef     `yaml:"resourceFieldRef"`
	Mode     *int64           `yaml:"mode"`
	Others   specfile.Ignored `yaml:"user"`
}

type emptyDir struct {
	specfile.Places

	Medium string           `yaml:"medium"`
	Size   quantity         `yaml:"sizeLimit"`
	Others specfile.Ignored `yaml:"mode"`
}

type resources struct {
	specfile.Places

	Limits   map[string]quantity `yaml:"limits"`
	Requests map[string]quantity `yaml:"requests"`
	Others   specfile.Ignored    `yaml:"claims"`
}

// limit is a limit of a container, or of what the containers of a pod may use together; nil for
// none.
func (r resources) limit(name string) *big.Rat {
	amount := r.Limits[name].Rat
	if name != "cpu" && name != "memory" || amount == nil || amount.Sign() == 0 {
		return nil
	}
	return amount
}

// A quantity is an amount of a resource, like 250m or 64Mi. The zero value is none.
type quantity struct {
	*big.Rat
	isBinary, hasExponent bool // how it is written: 1Ki, 1e3
}

var suffixes = map[string]*big.Rat{
	"": big.NewRat(1, 1), "n": big.NewRat(1, 1e9), "u": big.NewRat(1, 1e6), "m": big.NewRat(1, 1e3),
	"k": big.NewRat(1e3, 1), "M": big.NewRat(1e6, 1), "G": big.NewRat(1e9, 1), "T": big.NewRat(1e12, 1), "P": big.NewRat(1e15, 1), "E": big.NewRat(1e18, 1),
	"Ki": big.NewRat(1<<10, 1), "Mi": big.NewRat(1<<20, 1), "Gi": big.NewRat(1<<30, 1), "Ti": big.NewRat(1<<40, 1), "Pi": big.NewRat(1<<50, 1), "Ei": big.NewRat(1<<60, 1),
}

// FromSpec parses a quantity.
func (q *quantity) FromSpec(n *yaml.Node) error {
	const most = 64 // characters; the exponent is short then, too
	digits := strings.TrimRight(n.Value, "numkKMGTPEi")
	unit, known := suffixes[n.Value[len(digits):]]
	number, ok := new(big.Rat).SetString(digits)
	_, exponent, _ := strings.Cut(strings.ToLower(digits), "e")
	if n.Kind != yaml.ScalarNode || !known || !ok || len(n.Value) > most || len(exponent) > 3 || strings.ContainsAny(digits, "/_xXpP") {
		return errors.New("a quantity is written like 2, 500m, 64Mi or 1G")
	}
	if number.Sign() < 0 {
		return errors.New("a quantity is not negative")
	}
	q.Rat = number.Mul(number, unit)
	q.isBinary, q.hasExponent = strings.HasSuffix(n.Value, "i"), exponent != ""
	return nil
}
