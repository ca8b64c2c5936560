package podman

// haproxyFile has the user and the signal to stop of the official image.
const haproxyFile = `FROM docker.io/library/busybox:latest
COPY root /
COPY passwd group /etc/
STOPSIGNAL SIGUSR1
USER haproxy
CMD ["haproxy", "-W", "-db", "-f", "/usr/local/etc/haproxy/haproxy.cfg"]
`

// haproxy is Debian's, with the libraries it is linked with.
var haproxy = debian("docker.io/library/haproxy:2.6", "haproxy", 99, haproxyFile,
	"haproxy", "libc6", "libcap2", "libcrypt1", "libgcc-s1", "libgcrypt20", "libgpg-error0", "liblua5.3-0",
	"liblz4-1", "liblzma5", "libopentracing-c-wrapper0", "libopentracing1", "libpcre2-8-0", "libssl3",
	"libstdc++6", "libsystemd0", "libzstd1")

// postgresFile has the programs in the path, as the official image does. Nothing compiles
// queries: LLVM is larger than all the rest.
const postgresFile = `FROM docker.io/library/busybox:latest
COPY root /
COPY passwd group /etc/
RUN rm /usr/lib/postgresql/15/lib/llvmjit.so
ENV PATH=/usr/lib/postgresql/15/bin:/bin
CMD ["postgres"]
`

// postgres is Debian's server and client, with the libraries they are linked with.
var postgres = debian("docker.io/library/postgres:15", "postgres", 999, postgresFile,
	"postgresql-15", "postgresql-client-15", "libpq5", "tzdata",
	"libaudit1", "libc6", "libcap-ng0", "libcap2", "libcom-err2", "libcrypt1", "libffi8", "libgcc-s1",
	"libgcrypt20", "libgmp10", "libgnutls30", "libgpg-error0", "libgssapi-krb5-2", "libhogweed6", "libicu72",
	"libidn2-0", "libk5crypto3", "libkeyutils1", "libkrb5-3", "libkrb5support0", "libldap-2.5-0", "liblz4-1",
	"liblzma5", "libnettle8", "libp11-kit0", "libpam0g", "libreadline8", "libsasl2-2", "libssl3", "libstdc++6",
	"libsystemd0", "libtasn1-6", "libtinfo6", "libunistring2", "libxml2", "libzstd1", "zlib1g")
