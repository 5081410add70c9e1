#!/usr/bin/env bash
# build.sh VERSION SRC OUT: compile Traefik VERSION from its Go module into the file OUT.
#
# SRC is a scratch folder. The module is copied there and becomes the main module, so that its
# own exact versions, `replace` and `exclude` lines and checksums hold. Three things differ:
#   - dynamic/ext, a nested module that the zip lacks, is our stub of two empty types;
#   - lego, a copy whose DNS providers are an empty table;
#   - go-http-auth, the 2020 commit of the same fork: module proxies don't serve the newer one.
# So this Traefik is for tests only; a published image is always preferred.
set -euo pipefail
version=$1 src=$2 out=$3
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
http_auth=github.com/containous/go-http-auth@v0.4.1-0.20200324110947-a37a7636d23e

export CGO_ENABLED=0 GOFLAGS=-mod=mod GOWORK=off
unpacked() { (cd / && go mod download -json "$1") | sed -n 's/^\t"Dir": "\(.*\)",$/\1/p'; }

rm -rf "$src"
mkdir -p "$src"
cp -r --no-preserve=mode "$(unpacked "github.com/traefik/traefik/v3@$version")" "$src/traefik"
lego=$(awk '$1 == "github.com/go-acme/lego/v5" { print $1 "@" $2; exit }' "$src/traefik/go.mod")
cp -r --no-preserve=mode "$(unpacked "$lego")" "$src/lego"

rm -rf "$src/lego/providers/dns"
mkdir -p "$src/lego/providers/dns" "$src/traefik/pkg/config/dynamic/ext"
cp "$here/lego-dns.go" "$src/lego/providers/dns/dns.go"
cp "$here/ext.go" "$src/traefik/pkg/config/dynamic/ext/ext.go"
printf 'module github.com/traefik/traefik/dynamic/ext\n' >"$src/traefik/pkg/config/dynamic/ext/go.mod"

cd "$src/traefik"
go mod edit -replace github.com/go-acme/lego/v5=../lego -replace "github.com/abbot/go-http-auth=$http_auth"
go build -trimpath -ldflags "-s -w -X github.com/traefik/traefik/v3/pkg/version.Version=${version#v}" \
  -o "$out.partial" ./cmd/traefik
mv "$out.partial" "$out"
