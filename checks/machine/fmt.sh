#!/usr/bin/env bash
# fmt.sh: format what this machine has formatters for, and name the ones that it lacks.
. "${BASH_SOURCE%/*}/vars.sh"

cd "$root"
"$(dirname "$(readlink -f "$CC_CI_CACHE/bin/go")")/gofmt" -l -w go checks
format() { # PROGRAM PATTERN ARGUMENTS...
  local pattern=$2 program=$1
  shift 2
  if command -v "$program" >/dev/null; then
    git ls-files -z "$pattern" | xargs -0r "$program" "$@"
  else
    say "$pattern files are not formatted: there is no $program here"
  fi
}
format nixfmt '*.nix'
format shfmt '*.sh' -w -i 2
