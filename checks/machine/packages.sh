#!/usr/bin/env bash
# packages.sh [tools | forge | long]: see that the host's programs are there; install what is missing from Debian.
# `tools`: only the few that go.sh and nix.sh need, so that these can begin. `forge`: a C compiler too, for SQLite in Gitea and Drone;
# `long`: one of C++, for SQLite in n8n and the Bluesky server.
#
# Newly installed packages are written to $CC_CI_CACHE/apt/installed, which `make clean` purges.
# No service is started and no file of the host's configuration is changed.
. "${BASH_SOURCE%/*}/vars.sh"

missing=()
want() { command -v "$1" >/dev/null || missing+=("$2"); }
want xz xz-utils
want mmdebstrap mmdebstrap
want patchelf patchelf
want age age
[ -e /etc/ssl/certs/ca-certificates.crt ] || missing+=(ca-certificates)

rest() {
  want curl curl
  want jq jq
  want openssl openssl
  want ip iproute2
  want iptables iptables
  want bwrap bubblewrap
  want systemd-analyze systemd
  want ssh-keygen openssh-client
  [ -e /usr/lib/chromium/chromium-headless-shell ] || missing+=(chromium-headless-shell)
  compgen -G '/usr/share/fonts/truetype/*/*.ttf' >/dev/null || missing+=(fonts-dejavu-core)
  # The tests of a recipe's repository see the system's Python alone.
  PATH=/usr/bin:/bin python3 -c 'import importlib.util as u, sys; sys.exit(not u.find_spec("pytest"))' 2>/dev/null || missing+=(python3-pytest)
  local node_major
  node_major=$(node --version 2>/dev/null | sed 's/^v\([0-9]*\).*/\1/') || true
  [ "${node_major:-0}" -ge 18 ] || missing+=(nodejs)
  if [ "$CC_CI_DOCKER" = own ]; then
    want dockerd docker.io
    want containerd containerd
  fi
  want docker docker.io
}
[ "${1:-}" = tools ] || rest
if [ "${1:-}" = forge ]; then
  want gcc gcc
  [ -e /usr/include/stdlib.h ] || missing+=(libc6-dev)
fi
[ "${1:-}" != long ] || want g++ g++

[ ${#missing[@]} -gt 0 ] || exit 0
list=$(printf '%s\n' "${missing[@]}" | sort -u | tr '\n' ' ')
command -v apt-get >/dev/null || stop "these programs are missing: $list" "install them with this system's package manager, then run make again"
[ "$(id -u)" = 0 ] || stop "these Debian packages are missing: $list" "run as root: apt-get install --no-install-recommends $list"
say "about to install with apt-get: $list"

# Package scripts ask this file whether they may start a service: 101 is no.
policy=/usr/sbin/policy-rc.d
if [ ! -e $policy ]; then
  printf '#!/bin/sh\nexit 101\n' >$policy
  chmod +x $policy
  trap 'rm -f $policy' EXIT
fi
mkdir -p "$CC_CI_CACHE/apt"
installed() { dpkg-query -W -f '${db:Status-Abbrev} ${binary:Package}\n' | awk '$1 == "ii" { print $2 }' | sort; }
installed >"$CC_CI_CACHE/apt/before"
log=$CC_CI_CACHE/apt/log
export DEBIAN_FRONTEND=noninteractive RUNLEVEL=1
updated=$CC_CI_CACHE/apt/updated
update() { [ -n "$(find "$updated" -mmin -60 2>/dev/null)" ] || { timeout 300 apt-get update && touch "$updated"; }; }
# shellcheck disable=SC2086 # a list of words
install() { timeout 1200 apt-get install -y --no-install-recommends -o DPkg::Lock::Timeout=300 -o Dpkg::Options::=--force-unsafe-io $list; }
fetch() {
  local status=0
  { update && install; } || status=$?
  [ "$status" = 0 ] || rm -f "$updated" # the mirror may have newer ones by now
  return "$status"
}
# Five tries take three minutes: apt-get itself waits for dpkg's lock alone, not for those of the lists and the archives.
if ! tries 5 fetch >"$log" 2>&1 </dev/null; then
  tail -5 "$log" >&2
  stop "apt-get could not install them (log: $log)" "install them by hand: apt-get install --no-install-recommends $list"
fi
installed | comm -13 "$CC_CI_CACHE/apt/before" - >>"$CC_CI_CACHE/apt/installed"
rm "$CC_CI_CACHE/apt/before"
