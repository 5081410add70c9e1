#!/usr/bin/env bash
# summary.sh RESULTS: judge lines of "pass|fail|skip NAME". Prints which could not run, by name,
# and the closing line; exits 1 on a failure, or on a skip that is not foreseen.
. "${BASH_SOURCE%/*}/vars.sh"

results=$1 foreseen=$root/checks/expected-skips.txt bad=0
count() { grep -c "^$1 " "$results" || true; }

if [ "$(count fail)" -gt 0 ]; then
  echo "failed:"
  sed -n 's/^fail /  /p' "$results"
  bad=1
fi
while read -r name; do
  reason=$(awk -v n="$name" '$1 == n { $1 = ""; print substr($0, 2) }' "$foreseen")
  if [ -n "$reason" ]; then
    echo "could not run: $name ($reason)"
  else
    echo "could not run: $name, which $foreseen does not foresee"
    bad=1
  fi
done < <(sed -n 's/^skip //p' "$results" | sort -u)
if [ "$(count pass)" = 0 ]; then bad=1; fi
echo "$(count pass) passed, $(count fail) failed, $(count skip) skipped"
exit "$bad"
