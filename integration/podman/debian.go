package podman

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
)

// debian is the recipe of an image of Debian packages: a server and the libraries that it is
// linked with. The user has the number that the official image gives it.
func debian(name, user string, id int, containerfile string, packages ...string) recipe {
	passwd := fmt.Sprintf("root:x:0:0:root:/root:/bin/sh\n%s:x:%d:%d:%s:/nonexistent:/bin/false\n", user, id, id, user)
	group := fmt.Sprintf("root:x:0:\n%s:x:%d:\n", user, id)
	return recipe{
		name:  name,
		key:   fixed(append(packages[:len(packages):len(packages)], containerfile, passwd, group)...),
		needs: []string{"docker.io/library/busybox:latest"},
		build: func(ctx context.Context, i *Images, dir string) error {
			if err := unpack(ctx, dir, packages); err != nil {
				return err
			}
			for name, text := range map[string]string{"passwd": passwd, "group": group} {
				if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644); err != nil {
					return err
				}
			}
			return i.build(ctx, name, dir, containerfile)
		},
	}
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
