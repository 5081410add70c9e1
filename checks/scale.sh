#!/usr/bin/env bash
# scale.sh: one recipe costs the same whether 1 or 1,000 are enrolled (N3).
#
# Copies the flake, gives it folders of recipes of which all but one throw when they are read,
# evaluates the app of that one, and fails beyond 5 thunks per further folder or 0.3 s of CPU at
# 1,000. It uses checks/fixture everywhere, since nixpkgs' own cost is not the question.
set -euo pipefail
root=$(cd "$(dirname "$0")/.." && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
flake=$work/flake
mkdir "$flake"
(cd "$root" && git ls-files -z flake.nix flake.lock lib modules checks 'go/*.nix' go/go.mod go/go.sum | xargs -0 cp --parents -t "$flake")
mkdir -p "$flake/recipes/last"
echo '{ }' >"$flake/recipes/last/default.nix"

# evaluate: prints thunks and CPU seconds of evaluating recipe `last`.
evaluate() {
  NIX_SHOW_STATS=1 NIX_SHOW_STATS_PATH=$work/stats nix eval --raw --no-write-lock-file \
    --override-input nixpkgs "path:$root/checks/fixture" "path:$flake#apps.x86_64-linux.test-last.program" >/dev/null 2>"$work/stderr" ||
    { cat "$work/stderr" >&2; return 1; }
  jq -r '"\(.nrThunks) \(.cpuTime)"' "$work/stats"
}

read -r one _ < <(evaluate)
seq -f "$flake/recipes/r%g" 999 | xargs mkdir
for n in {1..999}; do echo 'throw "another recipe was read"' >"$flake/recipes/r$n/default.nix"; done
evaluate >/dev/null # copies the flake to the store, which is not what is measured
read -r thousand cpu < <(evaluate)

awk -v a="$one" -v b="$thousand" -v cpu="$cpu" 'BEGIN {
  each = (b - a) / 999
  printf "thunks: %d with 1 recipe, %d with 1,000: %.2f per further one (at most 5)\n", a, b, each
  printf "CPU at 1,000: %.3f s (at most 0.3)\n", cpu
  exit !(each <= 5 && cpu <= 0.3)
}'
