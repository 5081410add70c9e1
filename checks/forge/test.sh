#!/usr/bin/env bash
# test.sh: bring two forges up, run the tests of go/internal/forge on them, take them away again. CC_CI_FORGE_KEEP=1 leaves
# them, for single tests: CC_CI_FORGE=DIR go test -tags forge ./internal/forge -run TestMoved -v
. "${BASH_SOURCE%/*}/vars.sh"
# shellcheck source=/dev/null
eval "$("$machine/env.sh")"

export CC_CI_FORGE=$clone/forge
away() { [ -n "${CC_CI_FORGE_KEEP:-}" ] || for name in trigger demo; do "$forge/down.sh" "$CC_CI_FORGE/$name"; done; }
trap away EXIT
trap 'exit 130' INT TERM
away # what a killed one left
"$forge/up.sh" "$CC_CI_FORGE/trigger" $((CC_CI_PORT + 1000))
"$forge/up.sh" "$CC_CI_FORGE/demo" $((CC_CI_PORT + 1010))
"$machine/test.sh" forge
