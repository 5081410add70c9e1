#!/usr/bin/env bash
# nix.sh: a Nix >= 2.18 and its configuration.
#
# The host's where it is new enough. Otherwise Debian trixie's nix-bin is unpacked into the
# cache and its loader and library path are rewritten, so that it runs beside an older C
# library as an ordinary process and its builders see the host's programs. /etc is left alone.
. "${BASH_SOURCE%/*}/vars.sh"
. "$machine/trixie.sh"

nix=$CC_CI_CACHE/bin/nix
new_enough() { "$1" --version 2>/dev/null | awk '{ split($NF, v, "."); exit !(v[1] > 2 || v[1] == 2 && v[2] >= 18) }'; }

if ! [ -x "$nix" ]; then
  if host=$(PATH=${PATH#"$CC_CI_CACHE/bin:"} command -v nix) && new_enough "$host"; then
    ln -sf "$host" "$nix"
  else
    trixie_unpack nix nix-bin
    trixie_patch nix usr/bin/nix usr/lib/x86_64-linux-gnu/nix
    ln -sf "$CC_CI_CACHE/trixie/nix/usr/bin/nix" "$nix"
    new_enough "$nix" || stop "the Nix of Debian trixie does not run here" "install Nix >= 2.18 by hand"
  fi
fi

mkdir -p "$CC_CI_CACHE/nix"
conf=$CC_CI_CACHE/nix/nix.conf
# checks/fixture/go.nix finds Go and its caches under /cc-ci. They are those of programs.sh, so
# that what both build is compiled once.
{ read -r go_root && read -r go_build && read -r go_mod; } < <(go env GOROOT GOCACHE GOMODCACHE)
mkdir -p "$go_build" "$go_mod"
# No /etc/ssl among the paths: Nix puts a CA bundle into the sandbox of a fixed-output derivation
# by itself, and with the folder mounted there it would empty the host's own bundle.
cat >"$conf.new" <<EOF
experimental-features = nix-command flakes
build-users-group =
sandbox = true
sandbox-fallback = false
sandbox-paths = /bin /usr /lib /lib64 /cc-ci/go=$go_root /cc-ci/cache/build=$go_build /cc-ci/cache/mod=$go_mod
substituters =
flake-registry =
max-jobs = 2
warn-dirty = false
EOF
cmp -s "$conf.new" "$conf" || mv "$conf.new" "$conf"
rm -f "$conf.new"
if ! [ -d /nix ] && mkdir /nix 2>/dev/null; then touch "$CC_CI_CACHE/nix/made-store"; fi
