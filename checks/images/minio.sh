#!/usr/bin/env bash
# MinIO in the layout of its own image: the program in /usr/bin, the data in /data, curl for health checks.
# image: cc-ci.test/minio:2025-09-07
# replaces: minio/minio:RELEASE.2025-09-07T16-13-09Z
# inputs: checks/images/gomodule.sh checks/images/rootfs.sh
. "${BASH_SOURCE%/*}/rootfs.sh"
. "${BASH_SOURCE%/*}/gomodule.sh"

rootfs curl
version=2025-09-07T16:13:09Z
gomodule github.com/minio/minio v0.0.0-20250907161309-07c3a429bfed . \
  "-X github.com/minio/minio/cmd.Version=$version -X github.com/minio/minio/cmd.ReleaseTag=RELEASE.${version//:/-}"
mkdir -p "$rootfs/data" "$rootfs/usr/bin"
# shellcheck disable=SC2154 # gomodule sets it
install -m 755 "$program" "$rootfs/usr/bin/minio"
image cc-ci.test/minio:2025-09-07 'ENTRYPOINT ["/usr/bin/minio"]' 'VOLUME /data' 'EXPOSE 9000 9001'
