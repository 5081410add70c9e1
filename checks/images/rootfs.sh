# shellcheck shell=bash
# Sourced by image scripts: a small root file system of Debian packages, and an image of it.
. "${BASH_SOURCE[0]%/*}/../machine/vars.sh"
. "${BASH_SOURCE[0]%/*}/../machine/trixie.sh"

rootfs=$(mktemp -d)
trap 'rm -rf "$rootfs"' EXIT

# rootfs PACKAGE...: unpack them and what they depend on into $rootfs. Their scripts don't run:
# the base files that those would make (users, shell's name, hosts) are written here.
rootfs() {
  local packages
  packages=$(IFS=,; echo "dash,coreutils,sed,grep,$*" | tr ' ' ,)
  timeout 600 mmdebstrap --variant=extract --mode=root --include="$packages" bookworm "$rootfs" "$(debian_mirror)"
  [ -e "$rootfs/bin/sh" ] || ln -s dash "$rootfs/bin/sh"
  printf 'root:x:0:0:root:/root:/bin/sh\nnobody:x:65534:65534:nobody:/nonexistent:/usr/sbin/nologin\n' >"$rootfs/etc/passwd"
  printf 'root:x:0:\nnogroup:x:65534:\n' >"$rootfs/etc/group"
  mkdir -p "$rootfs/root" "$rootfs/run" "$rootfs/tmp" "$rootfs/proc" "$rootfs/sys" "$rootfs/dev"
  chmod 1777 "$rootfs/tmp"
  rm -rf "$rootfs"/usr/share/{doc,man,locale} "$rootfs"/var/{cache,lib}/apt
}

# useradd_in NAME ID: a system user and group of that name and number.
useradd_in() {
  echo "$1:x:$2:$2:$1:/nonexistent:/usr/sbin/nologin" >>"$rootfs/etc/passwd"
  echo "$1:x:$2:" >>"$rootfs/etc/group"
}

# image TAG INSTRUCTION...: import $rootfs as TAG with these Dockerfile instructions and the
# label that build.sh compares.
image() {
  local tag=$1 changes=(--change 'ENV PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin')
  shift
  for instruction in "$@" "LABEL cc-ci.inputs=$INPUTS"; do changes+=(--change "$instruction"); done
  tar -C "$rootfs" --exclude=./dev/\* -c . | docker import "${changes[@]}" - "$tag"
}
