#!/usr/bin/env bash
# proof.sh: six recipes from a comment to a verdict on a forge of its own (go/internal/forge TestProof), then docs/proof.md from
# their results. It takes 10 to 15 minutes on two busy cores; CC_CI_FORGE_KEEP=1 leaves the forge and the results. A red one is put down
# as what it is, and fails this script afterwards.
. "${BASH_SOURCE%/*}/vars.sh"
# shellcheck source=/dev/null
eval "$("$machine/env.sh")"

export CC_CI_FORGE=$clone/forge/proof
away() { [ -n "${CC_CI_FORGE_KEEP:-}" ] || "$forge/down.sh" "$CC_CI_FORGE"; }
trap away EXIT
trap 'exit 130' INT TERM
away # what a killed one left
"$forge/up.sh" "$CC_CI_FORGE" $((CC_CI_PORT + 1020))
cd "$root"
status=0
go -C go test -tags forge,long -timeout 50m -count 1 -run '^TestProof$' -v ./internal/forge || status=$?
go -C go run ./cmd/cc-ci recipe record --proof "$root/checks/proof.json" "$CC_CI_FORGE"/trivial/results/*/*/result.json
lib/tests/update.sh
exit "$status"
