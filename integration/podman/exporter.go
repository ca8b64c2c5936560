package podman

import "context"

// exporterFile is Debian's build of the exporter, under the name of the image of its makers,
// and with its entry point. The shell is ours.
const exporterFile = `FROM docker.io/library/busybox:latest
COPY root /
ENTRYPOINT ["/usr/bin/prometheus-nginx-exporter"]
`

var exporterPackages = []string{"prometheus-nginx-exporter", "libc6"}

var exporter = recipe{
	name:  "docker.io/nginx/nginx-prometheus-exporter:0.11.0",
	key:   fixed(append(exporterPackages, exporterFile)...),
	needs: []string{"docker.io/library/busybox:latest"},
	build: func(ctx context.Context, i *Images, dir string) error {
		if err := unpack(ctx, dir, exporterPackages); err != nil {
			return err
		}
		return i.build(ctx, "docker.io/nginx/nginx-prometheus-exporter:0.11.0", dir, exporterFile)
	},
}
