#!/usr/bin/env bash
# demo.sh: the main job on the bundled demo recipe: cc-ci carries out the plan that Nix rendered.
. "${BASH_SOURCE%/*}/vars.sh"
# shellcheck source=/dev/null
eval "$("$machine/env.sh")"

cd "$root"
exec "$clone/bin/cc-ci" run --plan "$clone/plan-demo" --out "${CC_CI_OUT:-$clone/out/demo}"
