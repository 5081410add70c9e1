# shellcheck shell=bash disable=SC2034 # variables are for the scripts that source this
# Sourced first by every script here: where things are, what a machine is called, how the
# scripts speak. Everything outside the clone lies in $CC_CI_CACHE, so that `make clean` can
# take it all away again. $CC_CI_PORT tells machines on one host apart: bridge names, the
# swarm's loopback address and its VXLAN port derive from it.
set -euo pipefail

root=$(cd "${BASH_SOURCE[0]%/*}/../.." && pwd)
machine=$root/checks/machine

export CC_CI_CACHE=${CC_CI_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/cc-ci}
export CC_CI_PORT=${CC_CI_PORT:-4443}       # https port of the router on this host
export CC_CI_SUBNET=${CC_CI_SUBNET:-10.213} # first two numbers of a private /16 of our own
export CC_CI_DOCKER=${CC_CI_DOCKER:-own}    # "host": use the engine at /var/run/docker.sock

domain=ci.cc-ci.test
clone=$CC_CI_CACHE/clones/${root//\//_} # what belongs to this clone alone
engine=$CC_CI_CACHE/docker
socket=$engine/docker.sock
volumes=$engine/private/volumes # the engine's, as the backup service sees them: volumes.sh
if [ "$CC_CI_DOCKER" = host ]; then
  socket=/var/run/docker.sock
  volumes=/run/cc-ci/volumes # outside of what clean.sh removes
fi
bridge=ccci$CC_CI_PORT
vxlan_port=$((20000 + CC_CI_PORT % 20000)) # of the swarm's networks
traefik_version=v3.7.13

# Where Go itself comes from us, its caches are ours to remove too.
if ! command -v go >/dev/null; then export GOMODCACHE=$CC_CI_CACHE/go/mod GOCACHE=$CC_CI_CACHE/go/build; fi
export PATH=$CC_CI_CACHE/bin:$PATH:/usr/sbin:/sbin
export DOCKER_HOST=unix://$socket

say() { printf 'cc-ci: %s\n' "$*" >&2; }

# stop WHAT REMEDY: end with 3, the exit code for a machine (not a recipe) that is at fault.
stop() {
  printf 'cc-ci: %s\n       what to do: %s\n' "$1" "$2" >&2
  exit 3
}

# tries N COMMAND...: until it succeeds, N times at most, with pauses that grow: a network fails now and then, and somebody
# else's apt holds a lock. What ran out of its time (timeout's 124) is not tried again.
tries() {
  local left=$1 pause=2 status
  shift
  while :; do
    status=0
    "$@" || status=$?
    left=$((left - 1))
    if [ "$status" = 0 ] || [ "$status" = 124 ] || [ "$left" = 0 ]; then return "$status"; fi
    say "failed (exit $status), trying again in $pause s: $*"
    sleep "$pause"
    pause=$((4 * pause))
  done
}

# within SECONDS COMMAND...: try until it succeeds; false once the time is over.
within() {
  local end=$((SECONDS + $1))
  shift
  until "$@" >/dev/null 2>&1; do
    [ "$SECONDS" -lt "$end" ] || return 1
    sleep 0.1
  done
}

# `make clean` removes the whole folder, so a folder of something else is none for us.
case $CC_CI_CACHE in
  /*) ;;
  *) stop "CC_CI_CACHE: expected an absolute path, found $CC_CI_CACHE" "name one, or unset it" ;;
esac
if ! [ -d "$clone/bin" ]; then
  [ -d "$CC_CI_CACHE/clones" ] || [ -z "$(ls -A "$CC_CI_CACHE" 2>/dev/null)" ] ||
    stop "CC_CI_CACHE: expected a folder of cc-ci's own or none, found other files in $CC_CI_CACHE" "name a new folder, such as $CC_CI_CACHE/cc-ci"
fi
mkdir -p "$clone/bin" "$CC_CI_CACHE/bin" "$engine"
