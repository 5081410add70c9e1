#!/usr/bin/env bash
# image.sh: build the stand-in router from go/cmd/router-standin and print its image's tag.
. "${BASH_SOURCE%/*}/../vars.sh"

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
(cd "$root/go" && CGO_ENABLED=0 go build -trimpath -o "$work/router-standin" ./cmd/router-standin)
tag=cc-ci.test/router-standin:$(sha256sum "$work/router-standin" | cut -c1-12)
docker image inspect "$tag" >/dev/null 2>&1 ||
  tar -C "$work" -c router-standin | docker import --change 'ENTRYPOINT ["/router-standin"]' - "$tag" >/dev/null
echo "$tag"
