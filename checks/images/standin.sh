#!/usr/bin/env bash
# The program of checks/standin, which plays applications that can't be had: with a shell and the usual commands
# (`standin`), and alone in an image from nothing (`standin-alone`).
#
# image: cc-ci.test/standin:1.0.0
# image: cc-ci.test/standin-alone:1.0.0
# inputs: checks/standin checks/images/rootfs.sh
. "${BASH_SOURCE%/*}/rootfs.sh"

rootfs ca-certificates
mkdir -p "$rootfs/usr/local/bin"
(cd checks/standin && CGO_ENABLED=0 go build -trimpath -ldflags "-s -w" -o "$rootfs/usr/local/bin/standin" .)
ln -s standin "$rootfs/usr/local/bin/mc"
cat /etc/ssl/certs/ca-certificates.crt >"$rootfs/etc/ssl/certs/ca-certificates.crt"
docker image rm cc-ci.test/standin-alone:1.0.0 cc-ci.test/standin:1.0.0 >/dev/null 2>&1 || true # else older builds stay without a name
image cc-ci.test/standin:1.0.0 'ENTRYPOINT ["/usr/local/bin/standin"]'
mkdir "$rootfs/public" # a new volume takes its owner from the image's folder
tar -C "$rootfs" --transform 's,^usr/local/bin/,,' -c usr/local/bin/standin public |
  docker import --change 'ENTRYPOINT ["/standin"]' --change "LABEL cc-ci.inputs=$INPUTS" - cc-ci.test/standin-alone:1.0.0
