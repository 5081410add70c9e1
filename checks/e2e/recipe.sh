#!/usr/bin/env bash
# recipe.sh PLAN [ARGUMENTS OF cc-ci run]: a recipe through the driver, on whatever swarm, router and abra this machine's site file names.
# Proves: the run is green, every stage that ran passed, nothing of it is left. The VM check runs the whole matrix,
# `make test` one stage: its live tests do the rest.
set -euo pipefail

plan=$1
shift
out=$(mktemp -d)
trap 'rm -rf "$out"' EXIT

timeout 1800 cc-ci run --plan "$plan" --out "$out" "$@"
jq -e '.outcome == "pass" and (.residue // []) == [] and ([.stages[] | select(.outcome == "fail" or .outcome == "error")] == [])' "$out/result.json" >"$out/judged" ||
  { echo "expected a passed run that left nothing, found:"; jq '{ outcome, reason, residue }' "$out/result.json"; exit 1; }

# The engine is asked too, not just the run.
stack=$(jq -r '.domain | gsub("[.]"; "_")' "$out/result.json")
for kind in service network secret config volume; do
  left=$(docker "$kind" ls --format '{{.Name}}' | grep -F "$stack" || true)
  [ -z "$left" ] || { echo "left of $stack: $kind $left"; exit 1; }
done
echo "green: $(jq -r '[.stages[] | "\(.name) \(.outcome)"] | join(", ")' "$out/result.json"); nothing left of $stack"
