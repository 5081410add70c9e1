# shellcheck shell=bash
# Sourced by image scripts: programs compiled from Go modules at exact versions.
. "${BASH_SOURCE[0]%/*}/../machine/vars.sh"

scratch=$(mktemp -d)
trap 'rm -rf "$scratch" ${rootfs:+"$rootfs"}' EXIT # rootfs.sh, where it was sourced before, leaves a folder too

# gomodule MODULE VERSION PACKAGE LDFLAGS [EDIT...]: compile PACKAGE, a folder of the module. Sets
# $program, the compiled file, and $source, the module's folder. What was compiled before is taken
# from the cache; with cold caches a compile takes minutes.
#
# The module is copied and becomes the main module, so that its own exact versions and checksums
# hold; each EDIT is an argument of `go mod edit`, for `replace` lines that name a nested module.
gomodule() {
  local module=$1 version=$2 package=$3 ldflags=$4 key
  source=$(cd / && go mod download -json "$module@$version" | jq -r .Dir)
  key=$(printf '%s\n' "$@" "$(go env GOVERSION)" | sha256sum | cut -c1-16)
  program=$CC_CI_CACHE/images/programs/${module//\//-}-$version-$key
  [ ! -x "$program" ] || return 0
  mkdir -p "${program%/*}"
  rm -rf "$scratch/source"
  cp -r --no-preserve=mode "$source" "$scratch/source"
  (
    cd "$scratch/source"
    shift 4
    [ $# = 0 ] || go mod edit "$@"
    CGO_ENABLED=0 GOWORK=off GOFLAGS=-mod=mod nice go build -trimpath -ldflags "-s -w $ldflags" -o "$program.partial" "$package"
  )
  mv "$program.partial" "$program"
}
