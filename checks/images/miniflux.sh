#!/usr/bin/env bash
# Miniflux in the layout of its distroless image: the program alone, port 8080, no shell.
#
# image: cc-ci.test/miniflux:2.2.14
# replaces: miniflux/miniflux:2.2.14
# image: cc-ci.test/miniflux:2.2.16
# replaces: miniflux/miniflux:2.2.16
# inputs: checks/images/gomodule.sh
. "${BASH_SOURCE%/*}/gomodule.sh"

for version in 2.2.14 2.2.16; do
  gomodule miniflux.app/v2 "v$version" . "-X miniflux.app/v2/internal/version.Version=$version"
  rm -rf "$scratch/image"
  mkdir -p "$scratch/image/usr/bin" "$scratch/image/tmp"
  cp "$program" "$scratch/image/usr/bin/miniflux"
  docker image rm "cc-ci.test/miniflux:$version" >/dev/null 2>&1 || true # else an older build stays without a name
  tar -C "$scratch/image" --sort=name --mtime=@0 --owner=0 --group=0 --numeric-owner -c usr tmp |
    docker import --change 'ENTRYPOINT ["/usr/bin/miniflux"]' --change 'ENV LISTEN_ADDR=0.0.0.0:8080' --change 'USER 65534' \
      --change 'EXPOSE 8080' --change "LABEL cc-ci.inputs=$INPUTS" - "cc-ci.test/miniflux:$version"
done
