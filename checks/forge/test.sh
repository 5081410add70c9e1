#!/usr/bin/env bash
# test.sh: bring a forge up, run the tests of go/internal/forge on it, take it away again. CC_CI_FORGE_KEEP=1 leaves it, for
# single tests: CC_CI_FORGE=DIR go test -tags forge ./internal/forge -run TestDemo -v
. "${BASH_SOURCE%/*}/vars.sh"
# shellcheck source=/dev/null
eval "$("$machine/env.sh")"

export CC_CI_FORGE=$clone/forge
away() { [ -n "${CC_CI_FORGE_KEEP:-}" ] || "$forge/down.sh" "$CC_CI_FORGE"; }
trap away EXIT
trap 'exit 130' INT TERM
away # what a killed one left
"$forge/up.sh" "$CC_CI_FORGE"
"$machine/test.sh" forge
