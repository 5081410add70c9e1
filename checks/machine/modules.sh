#!/usr/bin/env bash
# modules.sh: fetch the Go modules that programs and tests compile with, where they are not there yet. A proxy that can't be
# reached is then this machine's fault, and no compiler's or test's.
. "${BASH_SOURCE%/*}/vars.sh"

for module in go checks/demo checks/standin; do
  tries 3 timeout 900 go -C "$root/$module" mod download ||
    stop "the Go modules of $module could not be fetched" "see Go's message above, and GOPROXY"
done
