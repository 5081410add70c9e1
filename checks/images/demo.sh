#!/usr/bin/env bash
# demo.sh: the notes app of checks/demo in three versions, each alone in an image from nothing.
#
# image: cc-ci.test/notes:1.0.0 cc-ci.test/notes:2.0.0 cc-ci.test/notes:3.0.0
# inputs: checks/demo
set -euo pipefail

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
for version in 1.0.0 2.0.0 3.0.0; do
  (cd checks/demo && CGO_ENABLED=0 go build -trimpath -ldflags "-s -w -X main.version=$version" -o "$work/notes" .)
  docker image rm "cc-ci.test/notes:$version" >/dev/null 2>&1 || true # else an older build stays without a name
  # A new volume takes its owner from the image's folder.
  mkdir -p "$work/data"
  tar -C "$work" --sort=name --mtime=@0 --owner=65534 --group=65534 --numeric-owner -c notes data |
    docker import --change 'ENTRYPOINT ["/notes"]' --change 'USER 65534:65534' --change "LABEL cc-ci.inputs=$INPUTS" \
      - "cc-ci.test/notes:$version"
done
