#!/usr/bin/env bash
# clean.sh: remove everything that make brought to this machine: the engine with its containers,
# mounts, bridges and packet filter rules, the Nix store where we made it, the cache, and the
# Debian packages recorded as newly installed.
. "${BASH_SOURCE%/*}/vars.sh"

if [ "$CC_CI_DOCKER" = host ]; then
  docker stack rm traefik >/dev/null 2>&1 || true
  docker images -q 'cc-ci.test/*' | sort -u | xargs -r docker rmi -f >/dev/null 2>&1 || true
fi
for kept in "$CC_CI_CACHE"/clones/*/forge/*/; do [ ! -d "$kept" ] || "$root/checks/forge/down.sh" "$kept"; done
"$machine/dockerd.sh" down
! mountpoint -q "$volumes" || { mount --make-rprivate "$volumes" && umount -l "$volumes"; }
if [ -e "$CC_CI_CACHE/nix/made-store" ]; then
  say "removing /nix"
  chmod -R u+w /nix && rm -rf /nix
fi
# shellcheck disable=SC2016 # dpkg-query fills it in
packages=$(sort -u "$CC_CI_CACHE/apt/installed" 2>/dev/null | xargs -r dpkg-query -W -f '${binary:Package} ' 2>/dev/null) || true
if [ -n "$packages" ]; then
  say "purging the Debian packages that were installed: $packages"
  # shellcheck disable=SC2086 # a list of words
  DEBIAN_FRONTEND=noninteractive RUNLEVEL=1 timeout 600 apt-get purge -y $packages >/dev/null </dev/null
fi
say "removing $CC_CI_CACHE"
chmod -R u+w "$CC_CI_CACHE"
find "$CC_CI_CACHE" -mindepth 1 -maxdepth 1 ! -name clones -exec rm -rf {} + # clones says whose the folder is, should this be cut short
rm -rf "$CC_CI_CACHE"
