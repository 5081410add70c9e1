#!/usr/bin/env bash
# scale.sh: one recipe costs the same whether 1 or 1,000 are enrolled (N3).
#
# Fails beyond 5 thunks per further folder, or where 1,000 cost 0.3 s of CPU and five times as much as one; checks/bench/eval.sh measures,
# with further recipes that throw when they are read.
set -euo pipefail

"$(dirname "$0")/bench/eval.sh" one 1 1000 | awk '
  { thunks[$2] = $3; cpu[$2] = $4 }
  END {
    each = (thunks[1000] - thunks[1]) / 999
    printf "thunks: %d with 1 recipe, %d with 1,000: %.2f per further one (at most 5)\n", thunks[1], thunks[1000], each
    printf "CPU: %.3f s with 1 recipe, %.3f s with 1,000 (at most 0.3 s, or five times the first on a slow machine)\n", cpu[1], cpu[1000]
    exit !(thunks[1] > 0 && thunks[1000] > 0 && each <= 5 && (cpu[1000] <= 0.3 || cpu[1000] <= 5 * cpu[1]))
  }'
