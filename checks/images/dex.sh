#!/usr/bin/env bash
# Dex in the layout of its own image: its entry point, /usr/local/bin/dex, its pages in /srv/dex/web, port 5556, a wget for health checks.
# Compiled without cgo, so that its storage is a Postgres or the memory.
# What 2.44.0 has of its API beyond v2.3.0 is in v2.4.0.
# image: cc-ci.test/dex:2.44.0
# replaces: ghcr.io/dexidp/dex:v2.44.0
# image: cc-ci.test/dex:2.45.1
# replaces: ghcr.io/dexidp/dex:v2.45.1
# inputs: checks/images/gomodule.sh checks/images/rootfs.sh
. "${BASH_SOURCE%/*}/rootfs.sh"
. "${BASH_SOURCE%/*}/gomodule.sh"

rootfs wget ca-certificates openssl
useradd_in dex 1001
mkdir -p "$rootfs/srv/dex" "$rootfs/usr/local/bin" "$rootfs/etc/ssl/certs"
cat "$rootfs"/usr/share/ca-certificates/mozilla/*.crt >"$rootfs/etc/ssl/certs/ca-certificates.crt" # what its own script would make
# VERSION of the image, version and its nested module in the Go proxy: Dex has no tag that Go can read.
while read -r version module api; do
  # shellcheck disable=SC2154 # gomodule sets both
  for name in dex docker-entrypoint; do
    gomodule github.com/dexidp/dex "$module" "./cmd/$name" "-X main.version=v$version" \
      -dropreplace=github.com/dexidp/dex/api/v2 "-require=github.com/dexidp/dex/api/v2@$api"
    install -m 755 "$program" "$rootfs/usr/local/bin/$name"
  done
  rm -rf "$rootfs/srv/dex/web"
  cp -r --no-preserve=mode "$source/web" "$rootfs/srv/dex/web"
  docker image rm "cc-ci.test/dex:$version" >/dev/null 2>&1 || true # else an older build stays without a name
  image "cc-ci.test/dex:$version" 'ENTRYPOINT ["/usr/local/bin/docker-entrypoint"]' 'CMD ["dex", "serve", "/etc/dex/config.docker.yaml"]' 'USER 1001:1001' 'WORKDIR /srv/dex' 'EXPOSE 5556'
done <<'VERSIONS'
2.44.0 v0.0.0-20250829100637-2dce75009acf v2.4.0
2.45.1 v0.0.0-20260303133905-11d2eeb52b42 v2.4.0
VERSIONS
