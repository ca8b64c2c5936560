package integration

import (
	"bytes"
	"fmt"
	"io/fs"
	"os/exec"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"confit/integration/harness"
	"confit/integration/pod"
)

// agreeing are the examples that TestAgreement runs. The others fetch from Git.
var agreeing = []string{
	"adapter", "ambassador", "app-env", "hello", "init-containers", "life-cycle", "nginx", "shared-network", "shared-volume", "sidecars", "watch-reload", "watch-restart",
}

// TestAgreement runs the init containers of manifests in real containers, and with render -f.
// Both publish the same files: names, modes and bytes. The manifests are in the shapes that
// kustomize build and helm template print, and as people write them.
func TestAgreement(t *testing.T) {
	t.Parallel()
	names, err := filepath.Glob("testdata/agreement/manifests/*.yaml")
	must(t, err)
	if len(names) < 40 {
		t.Fatalf("%d manifests, want 40 at least", len(names))
	}
	for _, example := range agreeing {
		names = append(names, "../examples/"+example+"/deployment.yaml")
	}
	for _, name := range names {
		t.Run(strings.TrimSuffix(strings.TrimPrefix(strings.TrimPrefix(name, "testdata/agreement/manifests/"), "../examples/"), ".yaml"), func(t *testing.T) {
			t.Parallel()
			m, err := pod.Load(name)
			must(t, err)
			m.Template.Spec.Containers = nil // the files are there before the application starts
			m.Template.Spec.InitContainers = slices.DeleteFunc(m.Template.Spec.InitContainers, func(c pod.Container) bool {
				return c.Image == "nginx:stable" || c.Image == "haproxy:2.6" // these only read them
			})
			p := harness.NewPod(t, m)
			must(t, p.Start(harness.Patient(t)))
			simulated := t.TempDir()
			cmd := exec.Command(filepath.Join(bin, "confit"), "render", "-f", name, "--out", simulated)
			var stderr bytes.Buffer
			cmd.Stderr = &stderr
			if err := cmd.Run(); err != nil {
				t.Fatalf("%v\n%s", err, &stderr)
			}
			want, got := map[string]string{}, map[string]string{}
			for _, v := range m.Template.Spec.Volumes {
				if v.EmptyDir == nil {
					continue
				}
				for at, file := range published(t, p.VolumeDir(v.Name)) {
					want[path.Join(v.Name, at)] = file
				}
			}
			for at, file := range published(t, filepath.Join(simulated, m.Kind+"-"+m.Name)) {
				got[inVolume(m, "/"+at)] = file
			}
			if len(want) == 0 {
				t.Error("the pod publishes no file")
			}
			differ(t, "render -f", got, want)
		})
	}
}

// inVolume is the place of a file of an init container in a volume.
func inVolume(m *pod.Manifest, file string) string {
	for _, c := range m.Template.Spec.InitContainers {
		for _, mount := range c.VolumeMounts {
			if rest, ok := strings.CutPrefix(file, mount.MountPath+"/"); ok {
				sub := mount.SubPath + strings.ReplaceAll(mount.SubPathExpr, "$(TENANT)", "blue")
				return path.Join(mount.Name, sub, rest)
			}
		}
	}
	return "in no volume: " + file
}

// published are the files below a directory, but for confit's own notes.
func published(t *testing.T, dir string) map[string]string {
	t.Helper()
	all := map[string]string{}
	must(t, filepath.WalkDir(dir, func(name string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case strings.HasPrefix(d.Name(), ".confit-"):
			return fs.SkipDir
		case d.IsDir():
			return nil
		}
		rel, err := filepath.Rel(dir, name)
		must(t, err)
		info, err := d.Info()
		must(t, err)
		all[rel] = fmt.Sprintf("%v %q", info.Mode(), readFile(t, name))
		return nil
	}))
	return all
}

// differ fails for each file that is not the same in both.
func differ(t *testing.T, who string, got, want map[string]string) {
	t.Helper()
	for name, file := range want {
		if got[name] != file {
			t.Errorf("%s publishes %s as %s, and the pod as %s", who, name, got[name], file)
		}
	}
	for name := range got {
		if _, ok := want[name]; !ok {
			t.Errorf("%s publishes %s, and the pod does not", who, name)
		}
	}
}
