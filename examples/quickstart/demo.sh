#!/bin/sh
# Renders this example into a directory of its own and shows spec, values and result.
set -eu
here=$(dirname "$0")
out=$(mktemp -d)
trap 'rm -rf "$out"' EXIT

show() {
	for f in "$@"; do
		printf '\n== %s ==\n' "$f"
		cat "$f"
	done
}

cd "$here"
show confit.yaml pod/config-in/app.yaml templates/app.conf.tmpl templates/dsn.tmpl
printf '\n$ APP_SERVER_PORT=9090 confit render -c confit.yaml --root pod --out out\n'
APP_SERVER_PORT=9090 go run ../.. render -c confit.yaml --root pod --out "$out"
cd "$out"
show app.conf dsn database.yaml
printf '\n'
ls -l
