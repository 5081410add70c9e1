#!/usr/bin/env bash
# fuzz.sh: every fuzz target of the module, one after the other, for $FUZZTIME (1m) each. A finding
# is written below testdata/fuzz of its package, where every later `go test` tries it again.
. "${BASH_SOURCE%/*}/vars.sh"
# shellcheck source=/dev/null
eval "$("$machine/env.sh")"

cd "$root/go"
failed=0
while IFS=: read -r file target; do
  echo "$file: $target, ${FUZZTIME:-1m}"
  # Go spends a minute on making each interesting input smaller, which is not what is wanted of a short run.
  go test "./${file%/*}" -run '^$' -fuzz "^$target\$" -fuzztime "${FUZZTIME:-1m}" -fuzzminimizetime 1s || failed=1
done < <(grep -rho --with-filename '^func Fuzz[A-Za-z]*' --include='*_test.go' internal cmd | sed 's/:func /:/' | grep "${ONLY:-}" | sort)
exit "$failed"
