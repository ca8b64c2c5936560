package integration

import (
	"context"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"confit/integration/podman"
)

// An init container builds the config: a variable over a ConfigMap, a Secret
// beside it, a real nginx that serves what came of them.
func TestPattern4(t *testing.T) {
	t.Parallel()
	p := startPod(t, manifest(t))

	log, err := p.Log(initConfig)
	must(t, err)
	last := log[strings.LastIndex(strings.TrimSpace(log), "\n")+1:]
	if !regexp.MustCompile(`^3 created, 0 updated, 0 removed, 0 unchanged in \d+ ms\n$`).MatchString(last) {
		t.Errorf("last line of %s = %q, want the summary", initConfig, last)
	}
	p.Shows("<p>Hello from TEST</p>")
	for password, want := range map[string]int{"hunter2": http.StatusOK, "wrong": http.StatusUnauthorized} {
		if status, _ := p.Get("/admin", "admin", password); status != want {
			t.Errorf("GET /admin with password %s = %d, want %d", password, status, want)
		}
	}
	if strings.Contains(log, "hunter2") {
		t.Errorf("the log of %s shows the password: %s", initConfig, log)
	}
}

// What the init container wrote hides what the image has there, and cannot be
// written from the application, which knows none of its variables either.
func TestPattern4Application(t *testing.T) {
	t.Parallel()
	p := startPod(t, manifest(t))
	const look = `ls /config; stat -c '%a %u:%g' /config/nginx.conf /config/htpasswd; touch /config/x 2>&1; id -u`
	got, err := p.Exec(t.Context(), application, "sh", "-c", look)
	must(t, err)
	want := `html
htpasswd
nginx.conf
644 65532:65532
640 65532:65532
touch: /config/x: Read-only file system
101
`
	if got != want {
		t.Errorf("%s sees\n%s\nwant\n%s", application, got, want)
	}
	env, err := p.Environ(application)
	must(t, err)
	if at := slices.IndexFunc(env, func(e string) bool { return strings.HasPrefix(e, "APP_") }); at >= 0 {
		t.Errorf("%s has %s, a variable of %s", application, env[at], initConfig)
	}
}

// The image is one program and the CA bundle, for a user that is not root.
func TestImage(t *testing.T) {
	t.Parallel()
	images, err := podman.OpenImages("..")
	must(t, err)
	must(t, images.Ensure(t.Context(), "confit:dev"))
	name := podman.Reference("confit:dev")
	config, err := images.Run(t.Context(), "image", "inspect", "--format", "{{.User}} {{.Config.Entrypoint}}", name)
	must(t, err)
	if want := "65532:65532 [/confit]\n"; config != want {
		t.Errorf("image = %s, want %s", config, want)
	}
	dir, err := images.Run(t.Context(), "image", "mount", name)
	must(t, err)
	dir = strings.TrimSpace(dir)
	t.Cleanup(func() { images.Run(context.Background(), "image", "unmount", name) })
	var files []string
	must(t, filepath.WalkDir(dir, func(path string, d os.DirEntry, err error) error {
		if !d.IsDir() {
			files = append(files, strings.TrimPrefix(path, dir))
		}
		return err
	}))
	if want := []string{"/confit", "/etc/ssl/certs/ca-certificates.crt"}; !slices.Equal(files, want) {
		t.Errorf("files in the image = %v, want %v", files, want)
	}
}

// The image for jobs of CI has a shell, which finds confit.
func TestImageForCI(t *testing.T) {
	t.Parallel()
	images, err := podman.OpenImages("..")
	must(t, err)
	must(t, images.Ensure(t.Context(), "confit:ci"))
	got, err := images.Run(t.Context(), "run", "--rm", "--network=none", podman.Reference("confit:ci"), "sh", "-c", "confit version && confit schema | wc -l")
	must(t, err)
	if !regexp.MustCompile(`^confit \S+ go\S+ linux/\w+\n[1-9]\d+\n$`).MatchString(got) {
		t.Errorf("sh in the image prints %q, want the version and the lines of the schema", got)
	}
}
