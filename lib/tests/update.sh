#!/usr/bin/env bash
# update.sh: rewrites the expected plans, messages and reference pages from what the library gives now.
# Read the difference before committing it.
set -euo pipefail
cd "$(dirname "$0")"
give() { nix eval --impure "$@"; }
for file in plans/*.nix; do
  name=$(basename "$file" .nix)
  give --raw --expr "import ../pretty.nix ((import ./.).rendered.plan \"$name\")" >"plans/$name.json"
done
for file in errors/*.nix; do
  name=$(basename "$file" .nix)
  give --raw --expr "(import ./.).rendered.messages \"$name\"" >"errors/$name.txt"
done
mkdir -p ../../docs/reference
give --raw --expr '(import ../docs.nix).recipe' >../../docs/reference/recipe.md
give --raw --expr 'import ../pretty.nix (import ../docs.nix).schema' >../../docs/reference/plan.schema.json
give --raw --expr '(import ../verified.nix { folder = ../../recipes; plans = import ../recipes.nix { folder = ../../recipes; shownAs = "recipes"; }; }).page' >../../docs/recipes.md
give --raw --expr '(import ../proof.nix { records = builtins.fromJSON (builtins.readFile ../../checks/proof.json); plans = import ../recipes.nix { folder = ../../recipes; shownAs = "recipes"; } // import ../recipes.nix { folder = ../../checks/tests; shownAs = "checks/tests"; }; })' >../../docs/proof.md
