package podman

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
)

// nginxFile has a configuration directory baked in, for a mount to hide, and
// writes its early errors where the official image does.
const nginxFile = `FROM docker.io/library/busybox:latest
COPY root /
COPY passwd group /etc/
RUN mkdir -p /config /var/log/nginx /var/lib/nginx /run \
 && cp /etc/nginx/nginx.conf /config/ && echo 'baked into the image' >/config/index.html \
 && ln -sf /dev/stdout /var/log/nginx/access.log && ln -sf /dev/stderr /var/log/nginx/error.log
CMD ["nginx", "-g", "daemon off;"]
`

const (
	nginxPasswd = "root:x:0:0:root:/root:/bin/sh\nnginx:x:101:101:nginx:/nonexistent:/bin/false\n"
	nginxGroup  = "root:x:0:\nnginx:x:101:\n"
)

// nginxPackages are Debian's nginx and the libraries it is linked with.
var nginxPackages = []string{
	"nginx", "nginx-common", "libc6", "libcrypt1", "libpcre2-8-0", "libssl3", "zlib1g",
}

var nginx = recipe{
	name:  "docker.io/library/nginx:stable",
	key:   fixed(append(nginxPackages, nginxFile, nginxPasswd, nginxGroup)...),
	needs: []string{"docker.io/library/busybox:latest"},
	build: func(ctx context.Context, i *Images, dir string) error {
		if err := unpack(ctx, dir, nginxPackages); err != nil {
			return err
		}
		for name, text := range map[string]string{"passwd": nginxPasswd, "group": nginxGroup} {
			if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644); err != nil {
				return err
			}
		}
		return i.build(ctx, "docker.io/library/nginx:stable", dir, nginxFile)
	},
}

// unpack fetches Debian packages and unpacks them into dir/root, running none of
// their scripts. The package lists are updated only if that fails.
func unpack(ctx context.Context, dir string, packages []string) error {
	const script = `set -e
mkdir debs root
cd debs
apt-get download -qq "$@" || { apt-get update -qq; apt-get download -qq "$@"; }
for deb in *.deb; do dpkg-deb -x "$deb" ../root; done
`
	cmd := exec.CommandContext(ctx, "sh", append([]string{"-c", script, "sh"}, packages...)...)
	cmd.Dir = dir
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("unpack %v: %w: %s", packages, err, lastLines(string(out), 20))
	}
	return os.RemoveAll(filepath.Join(dir, "debs"))
}
