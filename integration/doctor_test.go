package integration

import (
	"errors"
	"strings"
	"testing"

	"confit/integration/harness"
	"confit/integration/pod"
)

// TestRefused makes pods that keep confit out of its volumes. The message of its
// container, which is all that kubectl describe shows, names the line to change.
func TestRefused(t *testing.T) {
	none, mode, other := (*int)(nil), uint32(0o400), int64(1000)
	mounts := func(m *pod.Manifest) *[]pod.VolumeMount { return &m.Container(initConfig).VolumeMounts }
	for name, tc := range map[string]struct {
		before func(m *pod.Manifest) // nil, or a pod that comes up; then it is changed and its sandbox restarts
		change func(m *pod.Manifest)
		status int
		want   []string
	}{
		"a Secret 0400 without fsGroup": {
			change: func(m *pod.Manifest) {
				m.Template.Spec.SecurityContext.FSGroup = none
				m.Template.Spec.Volumes[1].Secret.DefaultMode = &mode
			},
			status: 66,
			want: []string{
				"/password: permission denied", "running as uid 65532, gid 65532", "-r-------- uid 0 gid 0 /secret-in/..", "  <- refuses",
				"/secret-in is mounted ro,", "securityContext: {fsGroup: 65532} on the pod, and defaultMode: 0440 on the volume",
			},
		},
		"no volume to write to": {
			change: func(m *pod.Manifest) { *mounts(m) = (*mounts(m))[:2] },
			status: 74,
			want:   []string{"mkdir /config-out: read-only file system", "/ is mounted ro,", "mountPath: /config-out}"},
		},
		"an output directory of the image": {
			change: func(m *pod.Manifest) {
				*mounts(m) = (*mounts(m))[:2]
				m.Container(initConfig).SecurityContext.ReadOnlyRootFilesystem = false
			},
			status: 74,
			want:   []string{"mkdir /config-out: permission denied", "uid 0 gid 0 /  <- refuses", "mount an emptyDir there", "mountPath: /config-out}"},
		},
		"a volume mounted readOnly": {
			change: func(m *pod.Manifest) { (*mounts(m))[2].ReadOnly = true },
			status: 74,
			want:   []string{"write to /config-out: read-only file system", "take readOnly: true off the volumeMount of /config-out;"},
		},
		"an output that is a subPath": {
			change: func(m *pod.Manifest) {
				*mounts(m) = append(*mounts(m), pod.VolumeMount{Name: "config-map", MountPath: "/config-out/nginx.conf", SubPath: "app.yaml"})
			},
			status: 73,
			want:   []string{"/config-out/nginx.conf is mounted there and cannot be replaced", "mount the directory rather than a `subPath` of it"},
		},
		"a Memory emptyDir under another user": {
			before: func(m *pod.Manifest) {
				for i := range m.Template.Spec.Volumes {
					if v := &m.Template.Spec.Volumes[i]; v.Name == configDir {
						v.EmptyDir.Medium = "Memory"
					}
				}
			},
			change: func(m *pod.Manifest) { m.Container(initConfig).SecurityContext.RunAsUser = &other },
			status: 73,
			want:   []string{"/config-out/.confit-web belongs to another user", "it belongs to user 65532 and this run is user 1000", "the same runAsUser"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			m := manifest(t)
			start := func(p *harness.Pod) error { return p.Start(t.Context()) }
			if tc.before != nil {
				tc.before(m)
				start = func(p *harness.Pod) error {
					must(t, p.Start(t.Context()))
					tc.change(m)
					return p.RestartSandbox(t.Context())
				}
			} else {
				tc.change(m)
			}
			var f *pod.Failure
			if err := start(harness.NewPod(t, m)); !errors.As(err, &f) || f.Status != tc.status {
				t.Fatalf("it ends with %v, want status %d of %s", err, tc.status, initConfig)
			}
			for _, want := range tc.want {
				if !strings.Contains(f.Message, want) {
					t.Errorf("no %q in %s", want, f.Message)
				}
			}
		})
	}
}
