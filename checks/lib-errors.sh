#!/usr/bin/env bash
# lib-errors.sh: what a person sees of a bad recipe file. For each lib/tests/errors/NAME.nix, `nix
# eval` must fail and its message must be lib/tests/errors/NAME.txt, whole.
set -euo pipefail
root=$(cd "$(dirname "$0")/.." && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
failed=0 count=0

for file in "$root"/lib/tests/errors/*.nix; do
  name=$(basename "$file" .nix)
  count=$((count + 1))
  mkdir -p "$work/$name/$name" "$work/$name/keycloak" # the one that some of them need
  cp "$file" "$work/$name/$name/default.nix"
  echo '{ }' >"$work/$name/keycloak/default.nix"
  if nix eval --json --impure --expr \
    "(import $root/lib/recipes.nix { folder = $work/$name; shownAs = \"recipes\"; }).\"$name\"" >/dev/null 2>"$work/stderr"; then
    echo "$name: expected an error, found none"
    failed=1
  elif ! sed -n '/^       error: /,$p' "$work/stderr" | sed 's/^       error: //; s/^       //' | diff -u "${file%.nix}.txt" -; then
    failed=1
  fi
done
[ $failed = 0 ] && echo "$count bad recipe files, each refused with the expected message"
