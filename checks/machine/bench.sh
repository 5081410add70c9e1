#!/usr/bin/env bash
# bench.sh: Go's benchmarks, then how long the whole demo takes: three runs, each in full.
. "${BASH_SOURCE%/*}/vars.sh"

(cd "$root/go" && timeout 900 go test -run '^$' -bench . -benchmem ./...) | grep -v '^?\|no test files\|^PASS\|^ok'
times=()
for n in 1 2 3; do
  from=$(date +%s%N)
  "$machine/demo.sh" >"$CC_CI_CACHE/log/bench-$n" 2>&1 </dev/null || { tail -20 "$CC_CI_CACHE/log/bench-$n"; exit 1; }
  times+=($((($(date +%s%N) - from) / 1000000)))
done
printf 'demo, %s cores, load %s: %s ms\n' "$(nproc)" "$(cut -d' ' -f1 /proc/loadavg)" "$(printf '%s\n' "${times[@]}" | sort -n | tr '\n' ' ')"
