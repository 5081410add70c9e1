#!/usr/bin/env bash
# soak.sh [MINUTES [SEED]]: the whole chain under random comments, pushes, cancels and kills for an hour, or so many minutes
# (go/internal/forge TestSoak). It kills the machine's own dockerd, and has up.sh start it again. The log lies in $CC_CI_CACHE/log and bears
# the seed, which makes the same events again.
. "${BASH_SOURCE%/*}/vars.sh"
# shellcheck source=/dev/null
eval "$("$machine/env.sh")"

minutes=${1:-60} seed=${2:-0}
[[ $minutes =~ ^[1-9][0-9]{0,3}$ && $seed =~ ^[0-9]{1,19}$ ]] || stop "expected minutes and a seed, whole numbers, found $minutes and $seed" "soak.sh 60"
export CC_CI_FORGE=$clone/forge/soak TMPDIR # one of its own: nothing may be left in it
TMPDIR=$(mktemp -d)
mkdir -p "$CC_CI_CACHE/log"
child=
away() {
  [ -z "$child" ] || kill -- -"$child" 2>/dev/null || true # timeout's group: the test, its bridge
  [ -n "${CC_CI_FORGE_KEEP:-}" ] || "$forge/down.sh" "$CC_CI_FORGE"
  rm -rf "$TMPDIR"
}
trap away EXIT
trap 'exit 130' INT TERM
"$forge/down.sh" "$CC_CI_FORGE" # what a killed one left
"$forge/up.sh" "$CC_CI_FORGE" $((CC_CI_PORT + 1030))
# In the background, since a trap waits for what is in front; a group of its own, which our signals don't reach.
timeout $((minutes + 45))m go -C "$root/go" test -tags forge,long -timeout $((minutes + 40))m -count 1 -v -run '^TestSoak$' ./internal/forge -args -soak "${minutes}m" -seed "$seed" &
child=$!
wait "$child"
