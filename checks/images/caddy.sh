#!/usr/bin/env bash
# Caddy in the layout of the official image: /etc/caddy/Caddyfile, /data, /config, ports 80 and 443. From Debian's
# package.
# image: cc-ci.test/caddy:2.6.2
# replaces: caddy:2 caddy:2.10.0 caddy:2.10
# inputs: checks/images/rootfs.sh
. "${BASH_SOURCE%/*}/rootfs.sh"

rootfs caddy curl ca-certificates
cat /etc/ssl/certs/ca-certificates.crt >"$rootfs/etc/ssl/certs/ca-certificates.crt"
mkdir -p "$rootfs/data" "$rootfs/config" "$rootfs/etc/caddy"
image cc-ci.test/caddy:2.6.2 'ENV XDG_CONFIG_HOME=/config XDG_DATA_HOME=/data' 'EXPOSE 80' 'EXPOSE 443' \
  'CMD ["caddy", "run", "--config", "/etc/caddy/Caddyfile", "--adapter", "caddyfile"]'
