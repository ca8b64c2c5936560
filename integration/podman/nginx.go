package podman

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

// nginx is Debian's, with the libraries it is linked with.
var nginx = debian("docker.io/library/nginx:stable", "nginx", 101, nginxFile,
	"nginx", "nginx-common", "libc6", "libcrypt1", "libpcre2-8-0", "libssl3", "zlib1g")
