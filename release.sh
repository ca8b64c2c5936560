#!/bin/sh
# Makes the files of a release in a directory: sh release.sh VERSION DIR [OS/ARCH…]
# The same commit and the same Go make the same bytes, wherever and whenever it runs.
set -eu

version=$1 out=$2
shift 2
[ $# -gt 0 ] || set -- linux/amd64 linux/arm64 darwin/arm64
: "${GO:=go}" "${SOURCE_DATE_EPOCH:=$(git log -1 --format=%ct)}"
export SOURCE_DATE_EPOCH LC_ALL=C TZ=UTC CGO_ENABLED=0 GOFLAGS=
umask 022

rm -rf "$out"
mkdir -p "$out"
out=$(cd "$out" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# pack NAME DIR: an archive that holds no user, no time of day and no order of the disk.
pack() {
	tar -C "$2" --sort=name --mtime="@$SOURCE_DATE_EPOCH" --owner=0 --group=0 --numeric-owner --format=ustar -cf - . |
		gzip -9 -n >"$out/$1.tar.gz"
}

build() { # build FILE, for $GOOS and $GOARCH
	$GO build -trimpath -buildvcs=false -ldflags "-s -w -X main.version=$version" -o "$1" .
}

# What is the same for every system: man pages and completions.
mkdir -p "$work/share/completions"
MAN=$work/share/man $GO test -count=1 -run '^TestManPages$' -ldflags "-X confit.version=$version" . >/dev/null
build "$work/confit"
for shell in bash zsh fish; do "$work/confit" completion "$shell" >"$work/share/completions/confit.$shell"; done
cp LICENSE "$work/share/"

for platform; do
	GOOS=${platform%/*} GOARCH=${platform#*/}
	name=confit-$version-$GOOS-$GOARCH
	cp -R "$work/share" "$work/$name"
	(
		export GOOS GOARCH
		build "$work/$name/confit"
	)
	# The list of the modules that the linker took, from the program itself. It names the tool by its hash.
	GOFLAGS=-trimpath $GO tool -modfile=tools.mod cyclonedx-gomod bin -json -std -noserial -notimestamp -version "$version" \
		-output "$out/$name.cdx.json" "$work/$name/confit"
	pack "$name" "$work/$name"
done

cd "$out"
sha256sum -- * >"$work/SHA256SUMS"
mv "$work/SHA256SUMS" .
