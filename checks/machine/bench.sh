#!/usr/bin/env bash
# bench.sh: measure, and write docs/benchmarks.md. ROUNDS (5), ONLY (tables, comma-separated; the others' sections
# are left alone), OUT (another page; empty: the terminal alone), REPORTS and what they mean: docs/how-to/benchmark.md.
. "${BASH_SOURCE%/*}/vars.sh"
# shellcheck source=/dev/null
eval "$("$machine/env.sh")"

"$root/checks/images/build.sh" minio
out=${OUT-$root/docs/benchmarks.md}
cd "$root/go"
exec go run ./cmd/bench -root "$root" -rounds "${ROUNDS:-5}" ${ONLY:+-only "$ONLY"} ${out:+-out "$out"} ${REPORTS:+-reports "$REPORTS"}
