#!/usr/bin/env bash
# parse.sh: every Nix file parses, also those that no output of the flake reaches on this machine.
set -euo pipefail
cd "$(dirname "$0")/.."
nix=${CC_CI_CACHE:+$CC_CI_CACHE/bin/nix}
# One program serves all of Nix's older commands, by the name it is called with.
mapfile -t files < <(git ls-files '*.nix')
(exec -a nix-instantiate "$(readlink -f "${nix:-$(command -v nix)}")" --parse "${files[@]}") >/dev/null
echo "${#files[@]} files parse"
