#!/usr/bin/env bash
# scale.sh: one recipe costs the same whether 1 or 1,000 are enrolled (N3).
#
# Makes folders of recipes of which all but one throw when they are read, evaluates the app of that
# one, and fails beyond 5 thunks per further folder or 0.3 s of CPU at 1,000.
set -euo pipefail
root=$(cd "$(dirname "$0")/.." && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

expr='{ lib, fixture, recipes }:
  ((import lib { cc-ci = _: "/cc-ci"; }).mkTests {
    pkgs = import (fixture + "/pkgs.nix") { system = "x86_64-linux"; };
    inherit recipes;
  }).apps.test-last.program'

# measure N: prints thunks and CPU seconds of evaluating recipe `last` among N.
measure() {
  local folder=$work/$1 n
  mkdir -p "$folder/last"
  echo '{ }' >"$folder/last/default.nix"
  seq -f "$folder/r%g" $(($1 - 1)) | xargs -r mkdir
  for ((n = 1; n < $1; n++)); do
    echo 'throw "another recipe was read"' >"$folder/r$n/default.nix"
  done
  NIX_SHOW_STATS=1 NIX_SHOW_STATS_PATH=$work/stats nix eval --raw --impure --expr \
    "($expr) { lib = $root/lib; fixture = $root/checks/fixture; recipes = $folder; }" >/dev/null
  jq -r '"\(.nrThunks) \(.cpuTime)"' "$work/stats"
}

read -r one _ < <(measure 1)
read -r thousand cpu < <(measure 1000)
awk -v a="$one" -v b="$thousand" -v cpu="$cpu" 'BEGIN {
  each = (b - a) / 999
  printf "thunks: %d with 1 recipe, %d with 1,000: %.2f per further one (at most 5)\n", a, b, each
  printf "CPU at 1,000: %.3f s (at most 0.3)\n", cpu
  exit !(each <= 5 && cpu <= 0.3)
}'
