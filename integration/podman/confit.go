package podman

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// golangFile stands in for the official image. The toolchain itself is mounted
// from this machine during a build, and so is its module download cache.
const golangFile = `FROM docker.io/library/busybox:latest
COPY ca-certificates.crt /etc/ssl/certs/ca-certificates.crt
RUN mkdir -p /usr/local/go /go /root
ENV PATH=/go/bin:/usr/local/go/bin:/bin GOPATH=/go GOTOOLCHAIN=local HOME=/root
`

// settings of the machine's go command that decide where modules come from.
var settings = []string{"GOPROXY", "GONOPROXY", "GOSUMDB", "GONOSUMDB", "GOPRIVATE", "GOINSECURE", "GOFLAGS"}

var golang = recipe{
	name:  "docker.io/library/golang:1.26",
	needs: []string{"docker.io/library/busybox:latest"},
	key: func(ctx context.Context, i *Images) (string, error) {
		text, err := golangText(ctx)
		return digest(text), err
	},
	build: func(ctx context.Context, i *Images, dir string) error {
		text, err := golangText(ctx)
		if err != nil {
			return err
		}
		err = copyFile("/etc/ssl/certs/ca-certificates.crt", filepath.Join(dir, "ca-certificates.crt"))
		if err != nil {
			return err
		}
		return i.build(ctx, "docker.io/library/golang:1.26", dir, text)
	},
}

// golangText adds the machine's settings: the module cache first, then whatever
// proxy is configured.
func golangText(ctx context.Context) (string, error) {
	values, err := goEnv(ctx, settings...)
	if err != nil {
		return "", err
	}
	values[0] = "file:///modules," + values[0]
	var text strings.Builder
	text.WriteString(golangFile)
	for n, name := range settings {
		fmt.Fprintf(&text, "ENV %s=%q\n", name, values[n])
	}
	return text.String(), nil
}

var (
	confit   = product("docker.io/library/confit:dev")
	confitCI = product("docker.io/library/confit:ci", "--target=ci")
)

// product is an image of the repository's Dockerfile.
func product(name string, args ...string) recipe {
	return recipe{
		name:  name,
		needs: []string{"docker.io/library/golang:1.26"},
		key:   confitKey,
		build: func(ctx context.Context, i *Images, dir string) error {
			dirs, err := goEnv(ctx, "GOROOT", "GOMODCACHE")
			if err != nil {
				return err
			}
			modules := filepath.Join(dirs[1], "cache", "download")
			if err := os.MkdirAll(modules, 0o755); err != nil {
				return err
			}
			all := append([]string{
				"build", "--quiet", "--pull=never", "--network=host", "--layers=false",
				"--volume", dirs[0] + ":/usr/local/go:ro", "--volume", modules + ":/modules:ro", "--tag", name,
			}, args...)
			_, err = i.Run(ctx, append(all, i.repo)...)
			return err
		},
	}
}

// confitKey is a digest of every file that goes into the program.
func confitKey(ctx context.Context, i *Images) (string, error) {
	const list = `{{with .Module}}{{if .Main}}{{range $.GoFiles}}{{$.Dir}}/{{.}}
{{end}}{{range $.EmbedFiles}}{{$.Dir}}/{{.}}
{{end}}{{end}}{{end}}`
	out, err := goCommand(ctx, i.repo, "list", "-deps", "-f", list, ".")
	if err != nil {
		return "", err
	}
	var all bytes.Buffer
	files := strings.Fields(out)
	for _, name := range []string{"go.mod", "go.sum", "Dockerfile", ".dockerignore"} {
		files = append(files, filepath.Join(i.repo, name))
	}
	for _, name := range files {
		b, err := os.ReadFile(name)
		if err != nil {
			return "", err
		}
		fmt.Fprintf(&all, "%s %d\n%s", name, len(b), b)
	}
	return digest(all.String()), nil
}

func goEnv(ctx context.Context, names ...string) ([]string, error) {
	out, err := goCommand(ctx, "", append([]string{"env"}, names...)...)
	return strings.Split(strings.TrimSuffix(out, "\n"), "\n"), err
}

func goCommand(ctx context.Context, dir string, args ...string) (string, error) {
	cmd := exec.CommandContext(ctx, "go", args...)
	cmd.Dir = dir
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		return "", fmt.Errorf("go %s: %w: %s", args[0], err, lastLines(stderr.String(), 20))
	}
	return string(out), nil
}
