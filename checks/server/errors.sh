#!/usr/bin/env bash
# errors.sh [--update]: what a person sees of a wrong configuration. Each checks/server/wrong/NAME.nix must be refused, and
# the message must be NAME.txt beside it, whole. The words of type errors are the stand-in's, so it is always used.
set -euo pipefail
root=$(cd "$(dirname "$0")/../.." && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
failed=0 count=0

for file in "$root"/checks/server/wrong/*.nix; do
  name=$(basename "$file" .nix)
  count=$((count + 1))
  if nix eval --impure --raw --expr \
    "(import $root/checks/server/hosts.nix { self = import $root/checks/fixture/self.nix; }).wrong.\"$name\".config.system.build.toplevel.drvPath" >/dev/null 2>"$work/stderr"; then
    echo "$name: expected an error, found none"
    failed=1
    continue
  fi
  sed -n '/^       error: *$\|^       error: \|^error: /,$p' "$work/stderr" | sed -E "s/^ *error: ?//; s/^       //; s|$root/||g; s|/nix/store/[a-z0-9]{32}-source/||g; /^$/d" >"$work/message"
  if [ "${1:-}" = --update ]; then cp "$work/message" "${file%.nix}.txt"; fi
  diff -u "${file%.nix}.txt" "$work/message" || failed=1
done
[ $failed = 0 ] && echo "$count wrong configurations, each refused with the expected message"
