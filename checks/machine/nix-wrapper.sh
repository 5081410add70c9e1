#!/usr/bin/env bash
# A `nix` that works as typed on a machine that can't reach the locked nixpkgs: there it adds
# `--override-input nixpkgs path:checks/fixture` and says so. Everywhere else it is plain nix.
set -euo pipefail
self=$(readlink -f "${BASH_SOURCE[0]}")
root=$(cd "$(dirname "$self")/../.." && pwd)
nix=${CC_CI_CACHE:?run: eval "\$(make -s env)"}/bin/nix

# takes_flake VERB SUB...: whether this nix command takes --override-input; `flake init` doesn't.
takes_flake() {
  case ${1:-}:${2:-} in
    build:* | run:* | eval:* | develop:* | shell:* | flake:check | flake:show | flake:metadata | flake:archive) ;;
    *) false ;;
  esac
}
# The locked nixpkgs is usable where its source is in the store, or where its host answers.
reachable() {
  local stamp=$CC_CI_CACHE/nix/nixpkgs-unreachable
  [ -z "$(find "$stamp" -mmin -60 2>/dev/null)" ] || return 1
  timeout 20 "$nix" flake metadata --json --no-write-lock-file "$(locked)" >/dev/null 2>&1 && return
  touch "$stamp"
  return 1
}
locked() { jq -r '.nodes.nixpkgs.locked | "\(.type):\(.owner)/\(.repo)/\(.rev)?narHash=\(.narHash | @uri)"' "$root/flake.lock"; }

if ! takes_flake "$@" || [[ " $* " == *" --override-input nixpkgs "* ]] || reachable; then exec "$nix" "$@"; fi
printf 'cc-ci: the locked nixpkgs is not reachable here: using checks/fixture in its place (--override-input)\n' >&2
# Options must stand before a `--` that separates the app's own arguments.
verb=("$1")
shift
if [ "${verb[0]}" = flake ]; then
  verb+=("$1")
  shift
fi
# An organisation's own flake, made from lib/template, has nixpkgs from this one.
input=nixpkgs
if grep -qs 'follows = "cc-ci/nixpkgs"' flake.nix; then input=cc-ci/nixpkgs; fi
exec "$nix" "${verb[@]}" --override-input "$input" "path:$root/checks/fixture" --no-write-lock-file "$@"
