package peers

// Helm is what templates are compared with.
func Helm() Module {
	return Module{Name: "helm", Path: "helm.sh/helm/v3", Version: "v3.22.0", Package: "/cmd/helm"}
}

// Gomplate needs a module that has moved: inet.af/netaddr is taken from its GitHub home, the
// same commit.
func Gomplate() Module {
	return Module{
		Name: "gomplate", Path: "github.com/hairyhenderson/gomplate/v4", Version: "v4.3.3", Package: "/cmd/gomplate",
		Require: "replace inet.af/netaddr => github.com/inetaf/netaddr v0.0.0-20230525184311-b8eac61e914a",
	}
}

// ConsulTemplate is HashiCorp's.
func ConsulTemplate() Module {
	return Module{Name: "consul-template", Path: "github.com/hashicorp/consul-template", Version: "v0.41.1"}
}

// dockerizeSum stands in for the public checksum database, which does not have v0.9.3.
const dockerizeSum = `github.com/jwilder/dockerize v0.9.3 h1:Igdh/nerJxCJDYV8meUem+wxoj9damXR34H//fLFj8M=
github.com/jwilder/dockerize v0.9.3/go.mod h1:LfHH3L6aoyiHnmLr/JIJYpM8/kGkNsIfFt4aT8eZDbQ=
`

// Dockerize is jwilder's.
func Dockerize() Module {
	return Module{Name: "dockerize", Path: "github.com/jwilder/dockerize", Version: "v0.9.3", Sum: dockerizeSum}
}

// Confd is the fork that is still maintained.
func Confd() Module {
	return Module{Name: "confd", Path: "github.com/abtreece/confd", Version: "v0.20.0", Package: "/cmd/confd"}
}

// Kustomize is the program of its own, not the one in kubectl.
func Kustomize() Module {
	return Module{Name: "kustomize", Path: "sigs.k8s.io/kustomize/kustomize/v5", Version: "v5.8.1"}
}

// YQ is Mike Farah's.
func YQ() Module {
	return Module{Name: "yq", Path: "github.com/mikefarah/yq/v4", Version: "v4.47.2"}
}
