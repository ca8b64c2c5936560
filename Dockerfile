# confit's image: one static binary, the CA bundle, nothing else. The target ci has a shell,
# too: jobs of CI platforms start one.
#
#	docker build --build-arg VERSION=v0.1.0 -t confit .
#	docker build --target ci -t confit:ci .
#	docker buildx build --platform linux/amd64,linux/arm64 -t confit .
#
# Podman 4.3 must be told BUILDPLATFORM for another architecture than its own.

# What the target ci stands on. Its jobs may want another: --build-arg CI_BASE=alpine
ARG CI_BASE=busybox

# Compiles on the builder's own architecture, for the one that is asked for.
FROM --platform=$BUILDPLATFORM golang:1.26 AS build
ARG TARGETARCH
ARG VERSION=dev
WORKDIR /src
COPY . .
RUN --mount=type=cache,target=/go/pkg/mod --mount=type=cache,target=/root/.cache/go-build \
    CGO_ENABLED=0 GOOS=linux GOARCH=$TARGETARCH \
    go build -buildvcs=false -trimpath -ldflags "-s -w -X main.version=$VERSION" -o /confit .

# Runs as root, as jobs write into a checkout that root made.
FROM $CI_BASE AS ci
COPY --from=build /etc/ssl/certs/ca-certificates.crt /etc/ssl/certs/
COPY --from=build /confit /usr/local/bin/confit

FROM scratch
COPY --from=build /etc/ssl/certs/ca-certificates.crt /etc/ssl/certs/
COPY --from=build /confit /confit
USER 65532:65532
ENTRYPOINT ["/confit"]
