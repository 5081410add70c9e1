#!/usr/bin/env bash
# cache.sh: proves that no script here takes a folder with other people's files for its cache, which `make clean` would remove.
set -euo pipefail
here=$(cd "${BASH_SOURCE%/*}" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# refused NAME WORDS: clean.sh ends with 3 and says so for the folder CC_CI_CACHE=NAME. The port is no engine's, should it go on.
refused() {
  local status=0
  (cd "$work" && CC_CI_DOCKER=own CC_CI_PORT=1 CC_CI_CACHE=$1 "$here/clean.sh") >"$work/said" 2>&1 || status=$?
  if [ "$status" != 3 ] || ! grep -qF "$2" "$work/said"; then
    echo "CC_CI_CACHE=$1: expected status 3 and \"$2\", found status $status:" >&2
    cat "$work/said" >&2
    exit 1
  fi
}
mkdir -p "$work/disk/docker/volumes"
touch "$work/disk/photos"
refused "$work/disk" "found other files in $work/disk"
refused disk "expected an absolute path, found disk"
[ -e "$work/disk/photos" ] && [ -d "$work/disk/docker/volumes" ]

# A folder that is not there, or is empty, becomes one of ours.
for folder in new empty; do
  [ "$folder" = new ] || mkdir "$work/$folder"
  (CC_CI_CACHE=$work/$folder && . "$here/vars.sh" && [ -d "$clone/bin" ])
  (CC_CI_CACHE=$work/$folder && . "$here/vars.sh") # and stays one
done
