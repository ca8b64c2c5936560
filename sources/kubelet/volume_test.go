package kubelet_test

import (
	"strings"
	"testing"

	"confit/sources/kubelet"
)

// TestVolumes makes the files of a volume, mounted at /v.
func TestVolumes(t *testing.T) {
	tests := map[string]struct {
		volume, pod string // fields of the volume v, and of the spec
		want        string
		err         string // a part of the only error or warning
	}{
		"all keys":              {volume: "configMap: {name: two}", want: `v/A 0644 "from two"`},
		"a Secret":              {volume: "secret: {secretName: sec}", want: "v/A 0644 \"from sec\"\nv/S 0644 \"s\""},
		"octal":                 {volume: "secret: {secretName: sec, defaultMode: 0400}", want: "v/A 0400 \"from sec\"\nv/S 0400 \"s\""},
		"decimal":               {volume: "configMap: {name: two, defaultMode: 256}", want: `v/A 0400 "from two"`},
		"YAML 1.2 octal":        {volume: "configMap: {name: two, defaultMode: 0o440}", want: `v/A 0440 "from two"`},
		"fsGroup":               {volume: "configMap: {name: two, defaultMode: 0600}", pod: "securityContext: {fsGroup: 1}", want: `v/A 0640 "from two"`},
		"items":                 {volume: "configMap: {name: cm, defaultMode: 0600, items: [{key: A, path: x/y/a}, {key: BIN, path: b, mode: 0755}]}", want: "v/b 0755 \"\\xff\"\nv/x/y/a 0600 \"from cm\""},
		"a path to clean":       {volume: "configMap: {name: two, items: [{key: A, path: ./x//a}]}", want: `v/x/a 0644 "from two"`},
		"an optional key":       {volume: "configMap: {name: cm, optional: true, items: [{key: A, path: a}, {key: none, path: b}]}", want: `v/a 0644 "from cm"`},
		"an optional object":    {volume: "configMap: {name: none, optional: true}", want: ""},
		"emptyDir":              {volume: "emptyDir: {}", want: ""},
		"downward API":          {volume: "downwardAPI: {items: [{path: l, fieldRef: {fieldPath: metadata.labels}}, {path: d/a, mode: 0600, fieldRef: {fieldPath: metadata.annotations}}, {path: none, fieldRef: {fieldPath: \"metadata.labels['none']\"}}]}", want: "v/d/a 0600 \"note=\\\"say \\\\\\\"hi\\\\\\\"\\\\n\\\\tü\\\"\"\nv/l 0644 \"app=\\\"web\\\"\\napp.x/y=\\\"\\\"\"\nv/none 0644 \"\""},
		"projected":             {volume: "projected: {defaultMode: 0440, sources: [{configMap: {name: two}}, {secret: {name: sec, items: [{key: S, path: d/s, mode: 0400}]}}, {configMap: {name: none, optional: true}}]}", want: "v/A 0440 \"from two\"\nv/d/s 0400 \"s\""},
		"a token":               {volume: "projected: {sources: [{serviceAccountToken: {path: token}}]}", want: `v/token 0644 "stand-in-token"`},
		"a token and fsGroup":   {volume: "projected: {sources: [{serviceAccountToken: {path: token}}]}", pod: "securityContext: {fsGroup: 1}", want: `v/token 0640 "stand-in-token"`},
		"a token of one user":   {volume: "projected: {sources: [{serviceAccountToken: {path: token}}]}", pod: "securityContext: {runAsUser: 1}", want: `v/token 0600 "stand-in-token"`},
		"the last source wins":  {volume: "projected: {sources: [{configMap: {name: cm, items: [{key: A, path: A}]}}, {configMap: {name: two}}]}", want: `v/A 0644 "from two"`, err: "comes from two sources"},
		"two items at one path": {volume: "projected: {sources: [{configMap: {name: cm, items: [{key: A, path: x}]}}, {configMap: {name: two, items: [{key: A, path: x}]}}]}", err: "two items of the volume v have the path x"},
		"a file and a directory": {
			volume: "projected: {sources: [{configMap: {name: cm, items: [{key: A, path: x}]}}, {configMap: {name: two, items: [{key: A, path: x/y}]}}]}",
			err:    "is a file and a directory",
		},
		"a missing object": {volume: "configMap: {name: tow}", err: "missing-object: ConfigMap tow is not in the manifests"},
		"a missing key":    {volume: "configMap: {name: two, items: [{key: B, path: b}]}", err: "missing-key: ConfigMap two has no key B"},
		"steps back":       {volume: "configMap: {name: two, items: [{key: A, path: ../a}]}", err: "../a is no path in a volume"},
		"hidden steps":     {volume: "configMap: {name: two, items: [{key: A, path: a/../../b}]}", err: "is no path in a volume"},
		"an absolute path": {volume: "configMap: {name: two, items: [{key: A, path: /a}]}", err: "/a is no path in a volume"},
		"a mode too large": {volume: "configMap: {name: two, defaultMode: 01000}", err: "the mode is not between 0 and 0777"},
		"a mode of a file": {volume: "configMap: {name: two, items: [{key: A, path: a, mode: 1000}]}", err: "the mode is not between 0 and 0777"},
		"a field of a node": {
			volume: "downwardAPI: {items: [{path: a, fieldRef: {fieldPath: spec.nodeName}}]}",
			err:    "a file cannot have spec.nodeName",
		},
		"resources need a container": {volume: "downwardAPI: {items: [{path: a, resourceFieldRef: {resource: limits.cpu}}]}", err: "needs the name of a container"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			spec := "volumes: [{name: v, " + test.volume + "}]\ncontainers: [{name: c, image: confit, volumeMounts: [{name: v, mountPath: /v}]}]\n" + test.pod
			p, c := prepared(t, spec, kubelet.Cluster{})
			if got := errorsOf(p); test.err == "" && got != "" || strings.Contains(got, "\n") || !strings.Contains(got, test.err) {
				t.Fatalf("errors:\n%s\nwant one with %q", got, test.err)
			}
			if test.err != "" && test.want == "" {
				if !c.Blocked {
					t.Error("the container is not blocked")
				}
				return
			}
			if got := listing(t, c, "v"); got != test.want {
				t.Errorf("files\n%s\nwant\n%s", got, test.want)
			}
		})
	}
}

// TestMounts shows volumes, and parts of them, at the paths of a container.
func TestMounts(t *testing.T) {
	const volumes = "volumes: [{name: cm, configMap: {name: cm, items: [{key: A, path: a}, {key: B, path: d/b}]}}, {name: opt, configMap: {name: none, optional: true}}, {name: out, emptyDir: {}}]\n"
	tests := map[string]struct{ mounts, at, want, err string }{
		"a volume":                   {"[{name: cm, mountPath: /x/y/}]", "x", "x/y/a 0644 \"from cm\"\nx/y/d/b 0644 \"$(A)\"", ""},
		"a relative path":            {"[{name: cm, mountPath: x}]", "x", "x/a 0644 \"from cm\"\nx/d/b 0644 \"$(A)\"", ""},
		"a file":                     {"[{name: cm, mountPath: /etc/app.conf, subPath: a}]", "etc", `etc/app.conf 0644 "from cm"`, ""},
		"a directory":                {"[{name: cm, mountPath: /x, subPath: d}]", "x", `x/b 0644 "$(A)"`, ""},
		"one inside of the other":    {"[{name: cm, mountPath: /x}, {name: cm, mountPath: /x/d, subPath: d}]", "x", "x/a 0644 \"from cm\"\nx/d/b 0644 \"$(A)\"", ""},
		"a new directory":            {"[{name: out, mountPath: /x, subPath: new/dir}]", "x", "", ""},
		"subPathExpr":                {"[{name: cm, mountPath: /x, subPathExpr: $(DIR)/b}]", "x", `x 0644 "$(A)"`, ""},
		"nothing is at other paths":  {"[{name: cm, mountPath: /x}]", "y", "y is not there", ""},
		"a missing key":              {"[{name: cm, mountPath: /x, subPath: none}]", "", "", "has no file none, and the kubelet makes an empty directory"},
		"a missing optional object":  {"[{name: opt, mountPath: /x, subPath: none}]", "", "", "has no file none"},
		"no volume":                  {"[{name: none, mountPath: /x}]", "", "", "the pod has no volume none"},
		"one path twice":             {"[{name: cm, mountPath: /x}, {name: out, mountPath: /x}]", "", "", "two mounts are at /x"},
		"steps back":                 {"[{name: cm, mountPath: /x, subPath: d/../../x}]", "", "", "leads out of the volume"},
		"an absolute subPath":        {"[{name: cm, mountPath: /x, subPath: /a}]", "", "", "leads out of the volume"},
		"an empty variable":          {"[{name: cm, mountPath: /x, subPathExpr: d$(EMPTY)}]", "", "", "the variable EMPTY, which is empty or missing"},
		"a missing variable":         {"[{name: cm, mountPath: /x, subPathExpr: $(NONE)}]", "", "", "the variable NONE, which is empty or missing"},
		"a variable with steps back": {"[{name: cm, mountPath: /x, subPathExpr: $(UP)}]", "", "", "subPathExpr gives no path"},
		"both":                       {"[{name: cm, mountPath: /x, subPath: a, subPathExpr: a}]", "", "", "has a subPath and a subPathExpr"},
		"a misspelt field":           {"[{name: cm, mountpath: /x, mountPath: /y}]", "y", "y/a 0644 \"from cm\"\ny/d/b 0644 \"$(A)\"", "volumeMounts has no field mountpath"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			p, c := prepared(t, volumes+"containers: [{name: c, image: confit, env: [{name: DIR, value: d}, {name: EMPTY}, {name: UP, value: ../x}], volumeMounts: "+test.mounts+"}]", kubelet.Cluster{})
			if got := errorsOf(p); test.err == "" && got != "" || strings.Contains(got, "\n") || !strings.Contains(got, test.err) {
				t.Fatalf("errors:\n%s\nwant one with %q", got, test.err)
			}
			if test.at == "" {
				return
			}
			if got := listing(t, c, test.at); got != test.want {
				t.Errorf("files\n%s\nwant\n%s", got, test.want)
			}
		})
	}
}

// TestStandIns tells of each value that only a cluster knows, and takes --field.
func TestStandIns(t *testing.T) {
	const spec = "containers: [{name: c, image: confit, env: [{name: U, valueFrom: {fieldRef: {fieldPath: metadata.uid}}}, {name: I, valueFrom: {fieldRef: {fieldPath: status.podIP}}}, {name: L, valueFrom: {resourceFieldRef: {resource: limits.cpu}}}]}]"
	notices := func(fields map[string]string) string {
		p, _ := prepared(t, spec, kubelet.Cluster{Fields: fields})
		var all []string
		for _, f := range p.Findings {
			all = append(all, string(f.Level)+" "+strings.Fields(f.Text)[0])
		}
		return strings.Join(all, ", ")
	}
	if got, want := notices(nil), "notice metadata.uid, notice status.podIP, notice limits.cpu"; got != want {
		t.Errorf("findings %s, want %s", got, want)
	}
	if got, want := notices(map[string]string{"metadata.uid": "u", "limits.cpu": "4"}), "notice status.podIP"; got != want {
		t.Errorf("findings %s, want %s", got, want)
	}
}

// TestAssumed takes an object that only the cluster has, with keys that nobody knows.
func TestAssumed(t *testing.T) {
	const spec = "volumes: [{name: v, configMap: {name: kube-root-ca.crt}}]\ncontainers: [{name: c, image: confit, volumeMounts: [{name: v, mountPath: /v}]}]"
	p, c := prepared(t, spec, kubelet.Cluster{Assumed: map[string]bool{"configmap/kube-root-ca.crt": true}})
	if len(p.Findings) != 1 || p.Findings[0].Level != kubelet.Notice || c.Blocked {
		t.Errorf("findings %v, Blocked = %v, want one notice", p.Findings, c.Blocked)
	}
}
