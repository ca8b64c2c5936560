package kubelet_test

import (
	"fmt"
	"io/fs"
	"maps"
	"path"
	"slices"
	"strings"
	"testing"

	"confit/sources/kubelet"
	"confit/sources/manifest"
)

// objects are what the pods of the tests refer to.
const objects = `
apiVersion: v1
kind: ConfigMap
metadata: {name: cm}
data: {A: from cm, B: "$(A)", EMPTY: "", dotted.key: d}
binaryData: {BIN: /w==}
---
apiVersion: v1
kind: ConfigMap
metadata: {name: two}
data: {A: from two}
---
apiVersion: v1
kind: Secret
metadata: {name: sec}
data: {A: ZGF0YQ==, S: cw==}
stringData: {A: from sec}
---
apiVersion: v1
kind: Service
metadata: {name: db-main}
spec: {clusterIP: 10.96.0.9, ports: [{port: 5432, name: pg-sql}, {port: 53, name: dns, protocol: UDP}]}
---
apiVersion: v1
kind: Service
metadata: {name: six}
spec: {clusterIP: "fd00::9", ports: [{port: 1}]}
---
apiVersion: v1
kind: Service
metadata: {name: headless}
spec: {clusterIP: None, ports: [{port: 1}]}
---
apiVersion: v1
kind: Service
metadata: {name: elsewhere, namespace: other}
spec: {clusterIP: 10.96.0.8, ports: [{port: 1}]}
---
apiVersion: apps/v1
kind: StatefulSet
metadata: {name: web}
spec:
  template:
    metadata:
      labels: {app: web, app.x/y: ""}
      annotations: {note: "say \"hi\"\n\tü"}
    spec:
`

// prepared makes the first container of a pod whose spec is given.
func prepared(t *testing.T, spec string, cluster kubelet.Cluster) (*kubelet.Pod, *kubelet.Container) {
	t.Helper()
	indented := strings.ReplaceAll(strings.TrimSpace(spec), "\n", "\n      ")
	set, err := manifest.Read([]manifest.File{{Name: "m.yaml", Data: []byte(objects + "      " + indented + "\n")}}, nil)
	if err != nil {
		t.Fatal(err)
	}
	cluster.Objects = set
	p := cluster.Pod(set.Workloads()[0])
	p.Containers[0].Prepare()
	return p, p.Containers[0]
}

// errorsOf lists the errors and warnings of a pod, by their codes and texts.
func errorsOf(p *kubelet.Pod) string {
	var all []string
	for _, f := range p.Findings {
		if f.Level != kubelet.Notice {
			all = append(all, f.Code+": "+f.Text)
		}
	}
	return strings.Join(all, "\n")
}

// TestEnv makes the variables of a container.
func TestEnv(t *testing.T) {
	tests := map[string]struct {
		spec string   // of the container
		want []string // variables; NAME alone for one that is not set
		err  string   // a part of the only error
	}{
		"the API server is always there": {"", []string{"KUBERNETES_SERVICE_HOST=10.96.0.1", "KUBERNETES_SERVICE_PORT=443", "KUBERNETES_SERVICE_PORT_HTTPS=443", "KUBERNETES_PORT=tcp://10.96.0.1:443", "PATH"}, ""},
		"services":                       {"", []string{"DB_MAIN_SERVICE_HOST=10.96.0.9", "DB_MAIN_SERVICE_PORT=5432", "DB_MAIN_SERVICE_PORT_PG_SQL=5432", "DB_MAIN_SERVICE_PORT_DNS=53", "DB_MAIN_PORT_53_UDP=udp://10.96.0.9:53", "DB_MAIN_PORT_53_UDP_PROTO=udp", "HEADLESS_SERVICE_HOST", "ELSEWHERE_SERVICE_HOST"}, ""},
		"a service of IPv6":              {"", []string{"SIX_SERVICE_HOST=fd00::9", "SIX_PORT=tcp://[fd00::9]:1"}, ""},
		"env over a service link":        {"env: [{name: DB_MAIN_SERVICE_HOST, value: mine}]", []string{"DB_MAIN_SERVICE_HOST=mine"}, ""},
		"envFrom in its order":           {"envFrom: [{configMapRef: {name: cm}}, {configMapRef: {name: two}}]", []string{"A=from two", "EMPTY="}, ""},
		"env over envFrom":               {"envFrom: [{configMapRef: {name: cm}}]\nenv: [{name: A, value: own}]", []string{"A=own"}, ""},
		"an empty value overrides":       {"envFrom: [{configMapRef: {name: cm}}]\nenv: [{name: A, value: \"\"}]", []string{"A="}, ""},
		"a name alone is empty":          {"envFrom: [{configMapRef: {name: cm}}]\nenv: [{name: A}]", []string{"A="}, ""},
		"prefix, dots, no binary data":   {"envFrom: [{prefix: P_, configMapRef: {name: cm}}]", []string{"P_dotted.key=d", "A", "P_BIN"}, ""},
		"stringData over data":           {"envFrom: [{secretRef: {name: sec}}]", []string{"A=from sec", "S=s"}, ""},
		"an optional object":             {"envFrom: [{configMapRef: {name: cm}}, {configMapRef: {name: none, optional: true}}]", []string{"A=from cm"}, ""},
		"an optional key leaves A":       {"envFrom: [{configMapRef: {name: cm}}]\nenv: [{name: A, valueFrom: {configMapKeyRef: {name: two, key: none, optional: true}}}]", []string{"A=from cm"}, ""},
		"an optional object leaves A":    {"env: [{name: A, value: x}, {name: A, valueFrom: {secretKeyRef: {name: none, key: a, optional: true}}}]", []string{"A=x"}, ""},
		"values from objects stay":       {"env: [{name: A, value: x}, {name: B, valueFrom: {configMapKeyRef: {name: cm, key: B}}}]", []string{"B=$(A)"}, ""},
		"names that are set before":      {"env: [{name: X, value: \"$(YY)\"}, {name: YY, value: why}, {name: Z, value: \"$(YY)\"}]", []string{"X=$(YY)", "Z=why"}, ""},
		"expansion of a service link":    {"env: [{name: X, value: \"$(DB_MAIN_SERVICE_PORT)\"}]", []string{"X=5432"}, ""},
		"expansion of envFrom":           {"envFrom: [{configMapRef: {name: cm}}]\nenv: [{name: X, value: \"$(A)!\"}]", []string{"X=from cm!"}, ""},
		"expansion is not recursive":     {"envFrom: [{configMapRef: {name: cm}}]\nenv: [{name: X, value: \"$(B)\"}]", []string{"X=$(A)"}, ""},
		"dollars":                        {"env: [{name: A, value: a}, {name: X, value: \"$$(A) $$$(A) $x $ $( $(A $() $(no)\"}]", []string{"X=$(A) $a $x $ $( $(A $() $(no)"}, ""},
		"a name twice":                   {"env: [{name: A, value: one}, {name: A, value: \"$(A) two\"}]", []string{"A=one two"}, ""},
		"unusual names":                  {"env: [{name: a.b-c d, value: x}]", []string{"a.b-c d=x"}, ""},
		"labels":                         {"env: [{name: X, valueFrom: {fieldRef: {fieldPath: \"metadata.labels['app']\"}}}, {name: YY, valueFrom: {fieldRef: {fieldPath: \"metadata.labels['none']\"}}}]", []string{"X=web", "YY="}, ""},
		"fields":                         {"env: [{name: NS, valueFrom: {fieldRef: {fieldPath: metadata.namespace}}}, {name: S, valueFrom: {fieldRef: {fieldPath: spec.serviceAccountName}}}, {name: H, valueFrom: {fieldRef: {fieldPath: spec.nodeName}}}]", []string{"NS=default", "S=default", "H=n1"}, ""},
		"limits": {
			"resources: {limits: {cpu: 1500m, memory: 100Ki}}\nenv: [{name: C, valueFrom: {resourceFieldRef: {resource: limits.cpu}}}, {name: M, valueFrom: {resourceFieldRef: {resource: limits.cpu, divisor: 1m}}}, {name: K, valueFrom: {resourceFieldRef: {resource: limits.memory, divisor: 1Ki}}}, {name: R, valueFrom: {resourceFieldRef: {resource: requests.memory, divisor: 1k}}}]",
			[]string{"C=2", "M=1500", "K=100", "R=103"},
			"",
		},
		"no limit is what the node has": {"env: [{name: M, valueFrom: {resourceFieldRef: {resource: limits.memory, divisor: 1Mi}}}, {name: R, valueFrom: {resourceFieldRef: {resource: requests.cpu}}}]", []string{"M=1024", "R=0"}, ""},

		"a missing object":           {"envFrom: [{configMapRef: {name: none}}]", nil, `missing-object: ConfigMap none is not`},
		"a missing key":              {"env: [{name: A, valueFrom: {secretKeyRef: {name: sec, key: none}}}]", nil, `missing-key: Secret sec has no key none`},
		"a key of binaryData":        {"env: [{name: A, valueFrom: {configMapKeyRef: {name: cm, key: BIN}}}]", nil, `is in binaryData`},
		"all labels":                 {"env: [{name: A, valueFrom: {fieldRef: {fieldPath: metadata.labels}}}]", nil, `a variable cannot have all of metadata.labels`},
		"an unknown field":           {"env: [{name: A, valueFrom: {fieldRef: {fieldPath: spec.nodename}}}]", nil, `no field spec.nodename`},
		"no label":                   {"env: [{name: A, valueFrom: {fieldRef: {fieldPath: \"metadata.labels['a b']\"}}}]", nil, `names no label`},
		"a divisor that none has":    {"env: [{name: A, valueFrom: {resourceFieldRef: {resource: limits.cpu, divisor: 10m}}}]", nil, `cannot have this divisor`},
		"a value and a valueFrom":    {"env: [{name: A, value: x, valueFrom: {fieldRef: {fieldPath: metadata.name}}}]", nil, `has a value and a valueFrom`},
		"two sources":                {"env: [{name: A, valueFrom: {fieldRef: {fieldPath: metadata.name}, secretKeyRef: {name: sec, key: A}}}]", nil, `names several sources`},
		"no source":                  {"env: [{name: A, valueFrom: {}}]", nil, `names no source`},
		"a bad name":                 {"env: [{name: a=b, value: x}]", nil, `a=b is no name of a variable`},
		"a bad prefix":               {"envFrom: [{prefix: ü, configMapRef: {name: cm}}]", nil, `cannot begin the name`},
		"two objects in one envFrom": {"envFrom: [{configMapRef: {name: cm}, secretRef: {name: sec}}]", nil, `names one object`},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			spec := "containers:\n- name: c\n  image: confit\n  " + strings.ReplaceAll(test.spec, "\n", "\n  ")
			p, c := prepared(t, spec, kubelet.Cluster{Fields: map[string]string{"spec.nodeName": "n1"}})
			if got := errorsOf(p); test.err == "" && got != "" || strings.Contains(got, "\n") || !strings.Contains(got, test.err) {
				t.Fatalf("errors:\n%s\nwant one with %q", got, test.err)
			}
			if c.Blocked != (test.err != "") {
				t.Errorf("Blocked = %v", c.Blocked)
			}
			have := map[string]string{}
			for _, v := range c.Vars {
				have[v.Name] = v.Value
			}
			for _, want := range test.want {
				name, value, set := strings.Cut(want, "=")
				if got, ok := have[name]; ok != set || got != value {
					t.Errorf("%s = %q, %v, want %q, %v", name, got, ok, value, set)
				}
			}
		})
	}
}

// TestPodLimits: what a pod may use is the limit of a container that has none.
func TestPodLimits(t *testing.T) {
	const env = "env: [{name: C, valueFrom: {resourceFieldRef: {resource: limits.cpu}}}, {name: M, valueFrom: {resourceFieldRef: {resource: limits.memory, divisor: 1Mi}}}]"
	for name, test := range map[string]struct {
		pod, container string
		want           string // the processors, the memory in MiB, and that limit in MiB
	}{
		"of the pod":        {"{cpu: 2, memory: 64Mi}", "{}", "2 64 64"},
		"of the container":  {"{cpu: 2, memory: 64Mi}", "{cpu: 1, memory: 32Mi}", "1 32 32"},
		"less than its own": {"{memory: 64Mi}", "{cpu: 1, memory: 96Mi}", "1 96 64"},
		"zero is none":      {"{cpu: 0, memory: 0}", "{cpu: 3, memory: 32Mi}", "3 32 32"},
		"other resources":   {"{ephemeral-storage: 1Gi}", "{cpu: 1, memory: 16Mi}", "1 16 16"},
	} {
		t.Run(name, func(t *testing.T) {
			p, c := prepared(t, "resources: {limits: "+test.pod+"}\ncontainers: [{name: c, image: confit, resources: {limits: "+test.container+"}, "+env+"}]", kubelet.Cluster{})
			values := map[string]string{}
			for _, v := range c.Vars {
				values[v.Name] = v.Value
			}
			if got := fmt.Sprint(values["C"], " ", values["M"], " ", c.Memory()>>20); got != test.want || p.StandIns {
				t.Errorf("got %s, want %s; stand-ins: %v", got, test.want, p.StandIns)
			}
		})
	}
}

// TestServiceLinksOff leaves only the API server.
func TestServiceLinksOff(t *testing.T) {
	_, c := prepared(t, "enableServiceLinks: false\ncontainers: [{name: c, image: confit, env: [{name: X, value: $(DB_MAIN_SERVICE_HOST)}]}]", kubelet.Cluster{})
	var names []string
	for _, v := range c.Vars {
		if !strings.HasPrefix(v.Name, "KUBERNETES_") {
			names = append(names, v.Name+"="+v.Value)
		}
	}
	if got := strings.Join(names, " "); got != "X=$(DB_MAIN_SERVICE_HOST)" {
		t.Errorf("variables %s", got)
	}
}

// TestCommand expands args with the final variables, and not with those of the image.
func TestCommand(t *testing.T) {
	_, c := prepared(t, "containers: [{name: c, image: x, command: [/bin/confit, $(B)], args: [$(A), $$(A), $(PATH), $(KUBERNETES_SERVICE_PORT)], env: [{name: A, value: one}, {name: A, value: two}, {name: B, value: render}]}]", kubelet.Cluster{})
	if got := fmt.Sprintf("%q", c.Command); got != `["/bin/confit" "render" "two" "$(A)" "$(PATH)" "443"]` {
		t.Errorf("Command = %s", got)
	}
	if got := fmt.Sprintf("%q", c.Args()); got != `["render" "two" "$(A)" "$(PATH)" "443"]` {
		t.Errorf("Args = %s", got)
	}
}

// TestRunsConfit finds confit by image, command or name, and behind a shell.
func TestRunsConfit(t *testing.T) {
	tests := []struct {
		container    string
		runs, hidden bool
	}{
		{"image: confit", true, false},
		{"image: registry.example.com:5000/tools/confit:1.0", true, false},
		{"image: 'mirror/confit@sha256:0123'", true, false},
		{"image: example.com/base-confit:2", true, false},
		{"image: example.com/unconfit", false, false},
		{"image: nginx", false, false},
		{"image: nginx, command: [/opt/confit, render]", true, false},
		{"image: confit, command: [/bin/true]", false, false},
		{"image: nginx, command: [sh, -c, \"confit render && exec nginx\"]", false, true},
		{"image: nginx, args: [/bin/bash, -c, \"exec /opt/confit render\"]", false, true},
		{"image: nginx, command: [sh, -c, \"echo confit.yaml\"]", false, false},
	}
	for _, test := range tests {
		_, c := prepared(t, "containers: [{name: c, "+test.container+"}]", kubelet.Cluster{})
		if got := c.RunsConfit(nil); got != test.runs {
			t.Errorf("RunsConfit of %s = %v", test.container, got)
		}
		if got := c.HidesConfit(); got != test.hidden {
			t.Errorf("HidesConfit of %s = %v", test.container, got)
		}
		if !c.RunsConfit([]string{"x", "c"}) || c.RunsConfit([]string{"x"}) {
			t.Errorf("names do not decide for %s", test.container)
		}
	}
}

// listing lists the files at and below a path, with modes and bytes.
func listing(t *testing.T, c *kubelet.Container, at string) string {
	t.Helper()
	found := map[string]string{}
	var walk func(string)
	walk = func(at string) {
		info, err := c.Files.Stat(at)
		switch {
		case err != nil:
			found[at] = "is not there"
		case !info.IsDir():
			file, err := c.Files.ReadRegular(at, 1<<20)
			if err != nil {
				t.Fatal(err)
			}
			found[at] = fmt.Sprintf("%04o %q", file.Mode, file.Data)
		default:
			entries, err := fs.ReadDir(c.Files, at)
			if err != nil {
				t.Fatal(err)
			}
			for _, e := range entries {
				walk(path.Join(at, e.Name()))
			}
		}
	}
	walk(at)
	var all []string
	for _, name := range slices.Sorted(maps.Keys(found)) {
		all = append(all, name+" "+found[name])
	}
	return strings.Join(all, "\n")
}
