#!/usr/bin/env bash
# eval.sh one N... | eval.sh: what Nix's evaluation costs, as lines of "WHAT RECIPES THUNKS SECONDS" of processor time.
#
# one-recipe: the app of one recipe beside N-1 that throw when they are read. flake-check: `nix flake check --no-build` of an organisation's own
# flake of N recipes, as the template makes it. It uses checks/fixture everywhere, since nixpkgs' own cost is not the question.
set -euo pipefail
root=$(cd "$(dirname "$0")/../.." && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
flake=$work/flake
mkdir "$flake"
(cd "$root" && git ls-files -z -c -o --exclude-standard | xargs -0 cp --parents -t "$flake")

# counted WHAT N NIXPKGS COMMAND...: runs it twice, the first time for the copy of the flake to the store. NIXPKGS is that input's name.
counted() {
  for _ in first second; do
    NIX_SHOW_STATS=1 NIX_SHOW_STATS_PATH=$work/stats nix "${@:4}" --no-write-lock-file \
      --override-input "$3" "path:$root/checks/fixture" >/dev/null 2>"$work/stderr" || { cat "$work/stderr" >&2; exit 1; }
  done
  jq -r --arg what "$1" --arg n "$2" '"\($what) \($n) \(.nrThunks) \(.cpuTime)"' "$work/stats"
}

# recipes FLAKE N TEXT: `last` and N-1 others that say TEXT.
recipes() {
  find "$1/recipes" -mindepth 1 -maxdepth 1 ! -name _template -exec rm -rf {} +
  mkdir -p "$1/recipes/last"
  echo '{ }' >"$1/recipes/last/default.nix"
  for ((n = 1; n < $2; n++)); do
    mkdir "$1/recipes/r$n"
    echo "$3" >"$1/recipes/r$n/default.nix"
  done
}

one() {
  for n in "$@"; do
    recipes "$flake" "$n" 'throw "another recipe was read"'
    counted one-recipe "$n" nixpkgs eval --raw "path:$flake#apps.x86_64-linux.test-last.program"
  done
}

if [ "${1:-}" = one ]; then
  one "${@:2}"
  exit
fi
one 1 10 100 1000
own=$work/own
cp -r "$root/lib/template" "$own"
sed -i "s|git+https://git.example.org/recipe-maintainers/cc-ci|path:$flake|" "$own/flake.nix"
for n in 100 1000; do
  recipes "$own" "$n" '{ }'
  counted flake-check "$n" cc-ci/nixpkgs flake check --no-build "path:$own"
done
