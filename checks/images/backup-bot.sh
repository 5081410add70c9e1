#!/usr/bin/env bash
# backup-bot.sh: Debian's restic with the program of go/cmd/backup-standin as /usr/bin/backup.
#
# image: cc-ci.test/backup-standin:1
# inputs: go/cmd/backup-standin go/internal/backupbot go/internal/recipe/backup.go checks/images/restic.sh checks/images/rootfs.sh
. "${BASH_SOURCE%/*}/../machine/vars.sh"

checks/images/build.sh restic
work=$(mktemp -d) container=
trap 'rm -rf "$work"; [ -z "$container" ] || docker rm -f "$container" >/dev/null' EXIT
(cd go && CGO_ENABLED=0 go build -trimpath -ldflags '-s -w' -o "$work/backup" ./cmd/backup-standin)
container=$(docker create cc-ci.test/restic:0.14.0)
docker cp "$work/backup" "$container:/usr/bin/backup"
docker commit --change 'ENTRYPOINT ["/usr/bin/backup"]' --change 'CMD []' --change "LABEL cc-ci.inputs=$INPUTS" \
  "$container" cc-ci.test/backup-standin:1
