package podman

import (
	"context"
	"os"
	"path/filepath"
)

// PauseImage holds a pod's namespaces open and reaps its orphans.
const PauseImage = "localhost/pause:latest"

const pauseFile = `FROM scratch
COPY catatonit /catatonit
ENTRYPOINT ["/catatonit", "-P"]
`

var pause = recipe{
	name: PauseImage,
	key:  fixed(pauseFile),
	build: func(ctx context.Context, i *Images, dir string) error {
		if err := copyFile("/usr/bin/catatonit", filepath.Join(dir, "catatonit")); err != nil {
			return err
		}
		return i.build(ctx, PauseImage, dir, pauseFile)
	},
}

const busyboxFile = `FROM scratch
COPY busybox /bin/busybox
RUN ["/bin/busybox", "sh", "-c", "/bin/busybox --install -s /bin && mkdir /tmp && chmod 1777 /tmp"]
CMD ["sh"]
`

var busybox = recipe{
	name: "docker.io/library/busybox:latest",
	key:  fixed(busyboxFile),
	build: func(ctx context.Context, i *Images, dir string) error {
		if err := copyFile("/bin/busybox", filepath.Join(dir, "busybox")); err != nil {
			return err
		}
		return i.build(ctx, "docker.io/library/busybox:latest", dir, busyboxFile)
	},
}

func copyFile(from, to string) error {
	b, err := os.ReadFile(from)
	if err != nil {
		return err
	}
	return os.WriteFile(to, b, 0o755)
}
