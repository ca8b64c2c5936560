package pod

// The types below are the fields of the Kubernetes API that this runner acts
// on, under the API's own names.

// Spec is a pod's spec.
type Spec struct {
	InitContainers                []Container `yaml:"initContainers"`
	Containers                    []Container
	Volumes                       []Volume
	RestartPolicy                 string      `yaml:"restartPolicy"`
	SecurityContext               PodSecurity `yaml:"securityContext"`
	ShareProcessNamespace         bool        `yaml:"shareProcessNamespace"`
	EnableServiceLinks            *bool       `yaml:"enableServiceLinks"`
	Hostname                      string
	HostAliases                   []HostAlias `yaml:"hostAliases"`
	ServiceAccountName            string      `yaml:"serviceAccountName"`
	TerminationGracePeriodSeconds int         `yaml:"terminationGracePeriodSeconds"`
}

// HostAlias is a line of the pod's hosts file.
type HostAlias struct {
	IP        string `yaml:"ip"`
	Hostnames []string
}

// Container is one container of a pod.
type Container struct {
	Name                     string
	Image                    string
	Command                  []text
	Args                     []text
	WorkingDir               string    `yaml:"workingDir"`
	EnvFrom                  []EnvFrom `yaml:"envFrom"`
	Env                      []EnvVar
	VolumeMounts             []VolumeMount `yaml:"volumeMounts"`
	RestartPolicy            string        `yaml:"restartPolicy"` // Always makes an init container a sidecar
	RestartPolicyRules       []RestartRule `yaml:"restartPolicyRules"`
	SecurityContext          Security      `yaml:"securityContext"`
	Resources                Resources
	Ports                    []ContainerPort
	ReadinessProbe           *Probe `yaml:"readinessProbe"`
	StartupProbe             *Probe `yaml:"startupProbe"`
	TerminationMessagePath   string `yaml:"terminationMessagePath"`
	TerminationMessagePolicy string `yaml:"terminationMessagePolicy"`
}

// RestartRule is what follows when the container ends with some statuses: Restart restarts
// it, RestartAllContainers the whole pod.
type RestartRule struct {
	Action    string
	ExitCodes struct {
		Operator string // In or NotIn
		Values   []int
	} `yaml:"exitCodes"`
}

// ContainerPort gives a port a name.
type ContainerPort struct {
	Name string
	Port int `yaml:"containerPort"`
}

// EnvFrom takes every key of an object into the environment.
type EnvFrom struct {
	Prefix       string
	ConfigMapRef *Ref `yaml:"configMapRef"`
	SecretRef    *Ref `yaml:"secretRef"`
}

// Ref names an object.
type Ref struct {
	Name     string
	Optional bool
}

// EnvVar is one variable.
type EnvVar struct {
	Name      string
	Value     text
	ValueFrom *ValueFrom `yaml:"valueFrom"`
}

// ValueFrom says where a variable's value comes from.
type ValueFrom struct {
	ConfigMapKeyRef  *KeyRef      `yaml:"configMapKeyRef"`
	SecretKeyRef     *KeyRef      `yaml:"secretKeyRef"`
	FieldRef         *FieldRef    `yaml:"fieldRef"`
	ResourceFieldRef *ResourceRef `yaml:"resourceFieldRef"`
	FileKeyRef       *FileKeyRef  `yaml:"fileKeyRef"`
}

// FileKeyRef names a key of a file that an init container has written into an emptyDir.
type FileKeyRef struct {
	VolumeName string `yaml:"volumeName"`
	Path       string
	Key        string
	Optional   bool
}

// KeyRef names a key of an object.
type KeyRef struct {
	Name     string
	Key      string
	Optional bool
}

// FieldRef names a field of the pod.
type FieldRef struct {
	FieldPath string `yaml:"fieldPath"`
}

// ResourceRef names a resource of a container.
type ResourceRef struct {
	ContainerName string `yaml:"containerName"`
	Resource      string
	Divisor       string
}

// Resources are a container's quantities by name.
type Resources struct {
	Limits   map[string]string
	Requests map[string]string
}

// VolumeMount shows a volume, or a path in it, to a container.
type VolumeMount struct {
	Name        string
	MountPath   string `yaml:"mountPath"`
	SubPath     string `yaml:"subPath"`
	SubPathExpr string `yaml:"subPathExpr"`
	ReadOnly    bool   `yaml:"readOnly"`
}

// PodSecurity is a pod's securityContext.
type PodSecurity struct {
	RunAsUser          *int64          `yaml:"runAsUser"`
	RunAsGroup         *int64          `yaml:"runAsGroup"`
	RunAsNonRoot       *bool           `yaml:"runAsNonRoot"`
	FSGroup            *int            `yaml:"fsGroup"`
	SupplementalGroups []int64         `yaml:"supplementalGroups"`
	SeccompProfile     *SeccompProfile `yaml:"seccompProfile"`
}

// Security is a container's securityContext.
type Security struct {
	RunAsUser                *int64 `yaml:"runAsUser"`
	RunAsGroup               *int64 `yaml:"runAsGroup"`
	RunAsNonRoot             *bool  `yaml:"runAsNonRoot"`
	ReadOnlyRootFilesystem   bool   `yaml:"readOnlyRootFilesystem"`
	AllowPrivilegeEscalation *bool  `yaml:"allowPrivilegeEscalation"`
	Privileged               bool
	Capabilities             Capabilities
	SeccompProfile           *SeccompProfile `yaml:"seccompProfile"`
}

// Capabilities are added to, or dropped from, the fourteen of the runtime.
type Capabilities struct {
	Add  []string
	Drop []string
}

// SeccompProfile is RuntimeDefault or Unconfined.
type SeccompProfile struct {
	Type string
}

// Volume is one volume of a pod: exactly one of its kinds is set.
type Volume struct {
	Name        string
	ConfigMap   *Projection  `yaml:"configMap"`
	Secret      *Projection  `yaml:"secret"`
	DownwardAPI *DownwardAPI `yaml:"downwardAPI"`
	Projected   *Projected
	EmptyDir    *EmptyDir `yaml:"emptyDir"`
	Claim       *struct {
		Name string `yaml:"claimName"`
	} `yaml:"persistentVolumeClaim"`
}

func (v Volume) kinds() int {
	n := 0
	for _, set := range []bool{
		v.ConfigMap != nil, v.Secret != nil, v.DownwardAPI != nil,
		v.Projected != nil, v.EmptyDir != nil, v.Claim != nil,
	} {
		if set {
			n++
		}
	}
	return n
}

// Projection shows keys of a ConfigMap or Secret as files.
type Projection struct {
	Name        string
	SecretName  string `yaml:"secretName"` // a secret volume's spelling of Name
	Items       []Item
	DefaultMode *uint32 `yaml:"defaultMode"`
	Optional    bool
}

// Item is a key with a path and mode of its own.
type Item struct {
	Key  string
	Path string
	Mode *uint32
}

// DownwardAPI shows fields of the pod as files.
type DownwardAPI struct {
	Items []struct {
		Path             string
		FieldRef         *FieldRef    `yaml:"fieldRef"`
		ResourceFieldRef *ResourceRef `yaml:"resourceFieldRef"`
		Mode             *uint32
	}
	DefaultMode *uint32 `yaml:"defaultMode"`
}

// Projected shows several sources in one directory.
type Projected struct {
	Sources []struct {
		ConfigMap           *Projection  `yaml:"configMap"`
		Secret              *Projection  `yaml:"secret"`
		DownwardAPI         *DownwardAPI `yaml:"downwardAPI"`
		ServiceAccountToken *struct {
			Path string
		} `yaml:"serviceAccountToken"`
	}
	DefaultMode *uint32 `yaml:"defaultMode"`
}

// EmptyDir lives as long as its pod, on disk or, with medium Memory, in a tmpfs.
type EmptyDir struct {
	Medium    string
	SizeLimit string `yaml:"sizeLimit"`
}

// Service puts variables into every container of its namespace.
type Service struct {
	Name      string `yaml:"-"`
	ClusterIP string `yaml:"clusterIP"`
	Ports     []struct {
		Name     string
		Port     int
		Protocol string
	}
}

// Probe asks a container whether it is ready. Ports are numbers or names.
type Probe struct {
	HTTPGet   *struct{ Path, Port string } `yaml:"httpGet"`
	TCPSocket *struct{ Port string }       `yaml:"tcpSocket"`
	Exec      *struct{ Command []text }
}
