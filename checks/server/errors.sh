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
  system="(import $root/checks/server/hosts.nix { self = import $root/checks/fixture/self.nix; }).wrong.\"$name\".config.system"
  if ! nix eval --impure --raw --expr "$system.build.toplevel.drvPath" >/dev/null 2>"$work/stderr"; then
    tac "$work/stderr" | sed '/^ *error:/q' | tac | sed -E "s/^ *error: ?//; s/^       //; s|$root/||g; /^$/d" >"$work/message"
  elif ! nix build --impure --no-link --expr "$system.checks" 2>"$work/stderr"; then # what is missing fails the build
    sed -n 's/^ *> //p' "$work/stderr" >"$work/message"
  else
    echo "$name: expected an error, found none"
    failed=1
    continue
  fi
  if [ "${1:-}" = --update ]; then cp "$work/message" "${file%.nix}.txt"; fi
  diff -u "${file%.nix}.txt" "$work/message" || failed=1
done
[ $failed = 0 ] && echo "$count wrong configurations, each refused with the expected message"
