#!/usr/bin/env bash
# Debian's restic, alone: what checks/images/backup-bot.sh stands on.
#
# image: cc-ci.test/restic:0.14.0
# inputs: checks/images/rootfs.sh
. "${BASH_SOURCE%/*}/rootfs.sh"

rootfs restic
image cc-ci.test/restic:0.14.0 'ENTRYPOINT ["restic"]'
