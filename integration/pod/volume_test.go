package pod_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

const stat = "stat -c '%a %u:%g' "

func TestVolumes(t *testing.T) {
	t.Parallel()
	p := up(t, load(t, "volumes.yaml"))
	check(t, p, "app", map[string]string{
		// A ConfigMap: a generation, the switch to it, a symlink a key.
		"ls /config":                         "app.yaml\nmotd",
		"readlink /config/app.yaml":          "..data/app.yaml",
		"readlink /config/..data | cut -c-4": "..20",
		"ls -A /config | wc -l":              "4",
		"cat /config/app.yaml":               "port: 8080",
		"cat /config/motd":                   "hello",
		stat + "/config":                     "2777 0:2000",
		stat + "/config/..data/":             "2755 0:2000",
		stat + "-L /config/app.yaml":         "644 0:2000",
		"touch /config/x 2>&1; true":         "touch: /config/x: Read-only file system",

		// Items have paths and modes of their own; fsGroup may read them all.
		"cd /items; ls -l | wc -l; readlink deep": "3\n..data/deep",
		stat + "-L /items/deep/er/app.yaml":       "440 0:2000",
		stat + "-L /items/motd":                   "640 0:2000",

		// A Secret never reaches the disk.
		stat + "/secret":             "3777 0:2000",
		stat + "-L /secret/password": "440 0:2000",
		"cat /secret/password":       "hunter2",
		"stat -f -c %T /secret":      "tmpfs",

		// In a projected volume only the top directory is a symlink.
		"readlink /projected/nested":                                 "..data/nested",
		"ls /projected /projected/nested/":                           "/projected:\nname\nnested\ntoken\n\n/projected/nested/:\napp.yaml\npassword",
		"cat /projected/name; stat -c %F /projected/nested/app.yaml": "volumesregular file",

		"cat /podinfo/labels":                      "app=\"web\"\ntier=\"front\"",
		"tail -c1 /podinfo/labels":                 `"`,
		"cat /podinfo/limit":                       "64",
		"ls -A /absent | wc -l; ls /absent/..data": "2",

		stat + "/disk":                "2777 0:2000",
		"touch /disk-ro/x 2>&1; true": "touch: /disk-ro/x: Read-only file system",
		stat + "/memory":              "3777 0:2000",

		// A size limit is the size of the file system.
		"head -c 65537 /dev/zero 2>&1 >/memory/x; true": "head: standard output: No space left on device",

		"touch /made/x; ls /disk/made/here": "x",
		stat + "/dev/termination-log":       "666 0:0",
	})
}

// Without fsGroup nothing changes hands.
func TestVolumesWithoutGroup(t *testing.T) {
	t.Parallel()
	m := load(t, "volumes.yaml")
	m.Template.Spec.SecurityContext.FSGroup = nil
	p := up(t, m)
	check(t, p, "app", map[string]string{
		stat + "/config":             "777 0:0",
		stat + "/config/..data/":     "755 0:0",
		stat + "-L /config/app.yaml": "644 0:0",
		stat + "-L /secret/password": "400 0:0",
		stat + "/disk":               "777 0:0",
		stat + "/memory":             "1777 0:0",
	})
}

// A change reaches the volume in one step; a file mounted by subPath keeps what
// it was until its container is made anew.
func TestSync(t *testing.T) {
	t.Parallel()
	m := load(t, "volumes.yaml")
	p := up(t, m)
	data := filepath.Join(p.VolumeDir("config"), "..data")
	before, err := os.Readlink(data)
	must(t, err)

	must(t, p.Sync())
	if same, _ := os.Readlink(data); same != before {
		t.Errorf("nothing has changed, but ..data went from %s to %s", before, same)
	}

	m.ConfigMaps["app"]["app.yaml"] = "port: 9090\n"
	m.ConfigMaps["app"]["new"] = "key\n"
	delete(m.ConfigMaps["app"], "motd")
	m.Template.Spec.Volumes[1].ConfigMap.Optional = true // its motd is gone
	m.Secrets["app"]["password"] = "hunter3"
	must(t, p.Sync())
	check(t, p, "app", map[string]string{
		"ls /config":                           "app.yaml\nnew",
		"ls -A /config | grep -c '^..20'":      "1",
		"ls /config/" + before + " 2>&1; true": "ls: /config/" + before + ": No such file or directory",
		"cat /config/app.yaml /config/new":     "port: 9090\nkey",
		"cat /projected/nested/password":       "hunter3",
		"cat /etc/one/app.yaml":                "port: 8080",
	})
	must(t, p.Kill(t.Context(), "app"))
	check(t, p, "app", map[string]string{"cat /etc/one/app.yaml": "port: 9090"})
}

// A pod whose ConfigMap is missing waits, and goes on once it is there.
func TestMissingObject(t *testing.T) {
	t.Parallel()
	m := load(t, "volumes.yaml")
	app := m.ConfigMaps["app"]
	delete(m.ConfigMaps, "app")
	p := prepare(t, m)
	err := p.Start(t.Context())
	if err == nil || !strings.Contains(err.Error(), `volume config: configmap "app" not found`) {
		t.Fatalf("Start = %v, want the volume and the ConfigMap", err)
	}
	if s, err := p.State(t.Context(), "app"); err != nil || s.Started {
		t.Errorf("State(app) = %+v, %v, want not started", s, err)
	}
	m.ConfigMaps["app"] = app
	must(t, p.Start(t.Context()))
}
