#!/usr/bin/env bash
# programs.sh: build this clone's programs (cc-ci, abra-standin) into $clone/bin.
. "${BASH_SOURCE%/*}/vars.sh"

commands=()
for name in cc-ci abra-standin; do
  [ -d "$root/go/cmd/$name" ] && commands+=("./cmd/$name")
done
[ ${#commands[@]} -gt 0 ] || exit 0
(cd "$root/go" && CGO_ENABLED=0 timeout 900 go build -trimpath -o "$clone/bin/" "${commands[@]}") ||
  stop "the programs in go/cmd did not compile" "see the compiler's message above"
