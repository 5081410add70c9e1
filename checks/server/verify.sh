#!/usr/bin/env bash
# verify.sh: systemd's own judgement of the rendered units. `systemd-analyze verify` says nothing, and bridge and dashboard
# are less exposed than 2.5 of 10. Neither needs a running systemd.
set -euo pipefail
root=$(cd "$(dirname "$0")/../.." && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
failed=0

# What the units order themselves by, and this machine may lack.
printf '[Unit]\nDescription=stand-in\n[Service]\nExecStart=/bin/true\n' >"$work/docker.service"

for host in server-host server-runner; do
  built=$(nix build --no-link --print-out-paths "$root#checks.x86_64-linux.$host")
  mkdir "$work/$host"
  cp "$built"/systemd/* "$work/$host"
  # A systemd before 253 knows no LogFilterPatterns=; nothing else may be said.
  SYSTEMD_UNIT_PATH="$work/$host:$work:/lib/systemd/system" systemd-analyze verify --man=no "$work/$host"/* >"$work/said" 2>&1 || failed=1
  grep -v "Unknown key name 'LogFilterPatterns' in section 'Service'\|Unknown key 'LogFilterPatterns' in section \[Service\]" "$work/said" | sed "s|$work/||" >"$work/faults" || true
  if [ -s "$work/faults" ]; then
    cat "$work/faults"
    failed=1
  fi
  echo "$host: $(find "$work/$host" -type f | wc -l) units read"
done

for unit in cc-ci-bridge cc-ci-dashboard drone-server; do
  # 25: tenths of a point.
  if exposure=$(systemd-analyze security --offline=true --threshold=25 "$work/server-host/$unit.service" 2>&1); then
    sed -n 's/^→ Overall //p' <<<"$exposure"
  else
    grep '^✗\|^→' <<<"$exposure" || echo "$exposure"
    failed=1
  fi
done
[ "$failed" = 0 ]
