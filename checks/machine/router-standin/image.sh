#!/usr/bin/env bash
# image.sh: build the stand-in router from go/cmd/router-standin and print its image's tag.
. "${BASH_SOURCE%/*}/../vars.sh"

# Built in place: Go links anew only when something changed.
(cd "$root/go" && CGO_ENABLED=0 timeout 600 go build -trimpath -o "$clone/bin/router-standin" ./cmd/router-standin)
tag=cc-ci.test/router-standin:$(sha256sum "$clone/bin/router-standin" | cut -c1-12)
docker image inspect "$tag" >/dev/null 2>&1 ||
  tar -C "$clone/bin" -c router-standin | docker import --change 'ENTRYPOINT ["/router-standin"]' - "$tag" >/dev/null
echo "$tag"
