#!/usr/bin/env bash
# bench.sh: measure, and write docs/benchmarks.md. ROUNDS (5), ONLY (tables, comma-separated; then the
# file is left alone) and what they mean: docs/how-to/benchmark.md.
. "${BASH_SOURCE%/*}/vars.sh"
# shellcheck source=/dev/null
eval "$("$machine/env.sh")"

out=$root/docs/benchmarks.md
[ -z "${ONLY:-}" ] || out=
cd "$root/go"
exec go run ./cmd/bench -root "$root" -rounds "${ROUNDS:-5}" ${ONLY:+-only "$ONLY"} ${out:+-out "$out"}
