#!/usr/bin/env bash
# demo.sh: the main job on the bundled demo recipe. Nix renders the plan, cc-ci carries it out.
. "${BASH_SOURCE%/*}/vars.sh"
# shellcheck source=/dev/null
eval "$("$machine/env.sh")"

cd "$root"
say "rendering the plan with Nix"
plan=$(timeout 900 nix build .#plan-demo --no-link --print-out-paths) ||
  stop "the demo's plan could not be rendered" "see Nix's message above"
exec "$clone/bin/cc-ci" run --plan "$plan" --out "${CC_CI_OUT:-$clone/out/demo}"
