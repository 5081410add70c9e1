#!/usr/bin/env bash
# recipes.sh: make a git repository of each bundled recipe in checks/recipes, in $clone/recipes,
# and print them as a JSON object of recipe -> git URL.
. "${BASH_SOURCE%/*}/vars.sh"

cd "$root"
sources={}
if [ -x checks/recipes/mkrepo.sh ]; then
  for folder in checks/recipes/*/; do
    name=$(basename "$folder")
    repo=$clone/recipes/$name
    timeout 60 checks/recipes/mkrepo.sh "$name" "$repo" >&2 </dev/null # leaves one that is up to date alone
    sources=$(jq -c --arg n "$name" --arg u "file://$repo" '.[$n] = $u' <<<"$sources")
  done
fi
echo "$sources"
