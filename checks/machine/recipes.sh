#!/usr/bin/env bash
# recipes.sh: make a git repository of each bundled recipe in checks/recipes, in $clone/recipes,
# and print them as a JSON object: `sources` and `standIns`, each of recipe -> git URL.
#
# A folder with a file `stand-in` is a stand-in: the recipe's shape, with other applications in the places
# of those that can't be had here. The file says with which; it becomes a part of every commit.
. "${BASH_SOURCE%/*}/vars.sh"

cd "$root"
sources='{"sources": {}, "standIns": {}}'
for folder in checks/recipes/*/; do
  name=$(basename "$folder")
  repo=$clone/recipes/$name
  timeout 60 checks/recipes/mkrepo.sh "$name" "$repo" >&2 </dev/null # leaves one that is up to date alone
  kind=sources
  [ ! -e "$folder/stand-in" ] || kind=standIns
  sources=$(jq -c --arg k "$kind" --arg n "$name" --arg u "file://$repo" '.[$k][$n] = $u' <<<"$sources")
done
echo "$sources"
