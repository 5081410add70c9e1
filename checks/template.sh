#!/usr/bin/env bash
# template.sh: an organisation's own recipe flake, made as docs/how-to/enroll-recipe.md says, gives
# the plan of its recipe, and a mistake in the recipe is told with its place.
set -euo pipefail
root=$(cd "$(dirname "$0")/.." && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

cd "$work"
git init --quiet
nix flake init -t "$root#recipes"
sed -i "s|git+https://git.example.org/recipe-maintainers/cc-ci|git+file://$root|" flake.nix
mv recipes/example recipes/ours
git add .
nix build .#plan-ours --out-link plan
# What .drone.yml builds and runs is there.
nix eval --raw .#cc-ci.name >/dev/null && nix eval --raw .#apps.x86_64-linux.test-ours.program >/dev/null
grep -q '"recipe":"ours"' plan || { echo "expected the plan of the recipe ours, found $(head -c 200 plan)"; exit 1; }

sed -i 's/ready.path/reddy.path/' recipes/ours/default.nix
if nix build .#plan-ours --no-link 2>message; then echo "expected the misspelt field to be refused"; exit 1; fi
grep -q 'recipes/ours/default.nix: reddy.path: unknown field `reddy`' message || { echo "expected the place of the misspelt field, found:"; cat message; exit 1; }
