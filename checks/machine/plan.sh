#!/usr/bin/env bash
# plan.sh: let Nix render the demo's plan, as $clone/plan-demo.
. "${BASH_SOURCE%/*}/vars.sh"
# shellcheck source=/dev/null
eval "$("$machine/env.sh")"

cd "$root"
say "rendering the plan with Nix"
timeout 900 nix build .#plan-demo --out-link "$clone/plan-demo" ||
  stop "the demo's plan could not be rendered" "see Nix's message above"
