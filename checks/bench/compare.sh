#!/usr/bin/env bash
# compare.sh OLD [NEW]: Go's benchmarks of two commits (NEW: the working tree) in turns, compared by benchstat.
#
# BENCH (a pattern, default all that need no swarm), PACKAGES (./...) and COUNT (6) choose what and how often.
. "${BASH_SOURCE%/*}/../machine/vars.sh"

[ $# -ge 1 ] || { echo "usage: compare.sh OLD [NEW]" >&2; exit 2; }
work=$(mktemp -d)
trees=()
cleanup() {
  for tree in "${trees[@]}"; do git -C "$root" worktree remove --force "$tree"; done
  rm -rf "$work"
}
trap cleanup EXIT

# tree NAME COMMIT: a work tree of the commit, else the working tree; its path is in $at.
tree() {
  at=$root
  if [ -n "$2" ]; then
    at=$work/$1
    git -C "$root" worktree add --quiet --detach "$at" "$2"
    trees+=("$at")
  fi
}
tree old "$1" && old=$at
tree new "${2:-}" && new=$at

for ((n = 0; n < ${COUNT:-6}; n++)); do
  for side in old new; do
    # shellcheck disable=SC2086 # a list of packages
    (cd "${!side}/go" && go test -run '^$' -bench "${BENCH:-Writer|Idle|Triggers}" -benchmem ${PACKAGES:-./...}) >>"$work/$side.txt" ||
      { grep -A20 -- '--- FAIL\|^FAIL' "$work/$side.txt" >&2; exit 1; }
  done
done
cd "$root/go" && go run golang.org/x/perf/cmd/benchstat@v0.0.0-20260908200009-22c9c6c9d4da old="$work/old.txt" new="$work/new.txt"
