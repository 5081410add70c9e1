#!/usr/bin/env bash
# volumes.sh FOLDER: mount the engine's FOLDER of volumes at $volumes, where symbolic links are not followed.
#
# That is what the backup service gets. It walks volumes that hostile apps write to while it does: through a
# link in the place of a folder it would save files of its own container or of other apps, and write over them. The mount is
# private: one that the engine makes for a volume in memory would show there otherwise, and follow links. No program of an app runs
# from it: the engine keeps other users out of its folder.
. "${BASH_SOURCE%/*}/vars.sh"

same() { [ "$(stat -c %d:%i "$1")" = "$(stat -c %d:%i "$volumes")" ]; }
blind() { findmnt -no OPTIONS,PROPAGATION --mountpoint "$volumes" | grep -qE 'nosuid,nodev,noexec,.*nosymfollow.* private$'; }

install -d -m 0700 "${volumes%/*}" # nobody else looks into the volumes of apps
mkdir -p "$volumes"
if same "$1" && blind; then exit 0; fi
! mountpoint -q "$volumes" || { mount --make-rprivate "$volumes" && umount -l "$volumes"; }
mount --bind -o nosymfollow,nosuid,nodev,noexec --make-private "$1" "$volumes" || stop "$1 could not be mounted at $volumes" "run make as root"
blind || { umount -l "$volumes"; stop "this kernel follows symbolic links in $volumes" "use Linux 5.10 or newer"; }
