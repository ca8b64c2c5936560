#!/bin/sh
# Installs what the tests need on a Debian machine: podman with runc, what the
# images are made of, git with the clients that prove its servers, the programs that
# read what confit writes, and what the pages are checked and looked at with. Does nothing,
# quickly, when all is there.
set -eu

need="bsdutils podman runc catatonit netavark busybox-static ca-certificates strace git gnupg openssh-client
	gettext-base aspell aspell-en dash php-cli python3-yaml nodejs openjdk-17-jdk-headless pre-commit chromium"
command -v npm >/dev/null || need="$need npm" # some packages of nodejs have it
missing=
for package in $need; do
	status=$(dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null) || true
	[ "$status" = installed ] || missing="$missing $package"
done
[ -n "$missing" ] || exit 0

export DEBIAN_FRONTEND=noninteractive
apt-get update -q
# shellcheck disable=SC2086 # one word a package
apt-get install -y -q --no-install-recommends $missing
