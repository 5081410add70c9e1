#!/usr/bin/env bash
# test.sh fast | all | forge | long: run the project's tests, or the long ones alone, and end with one line of counts.
#
# Go's tests report through `go test -json`; every other check is one named entry. What was
# skipped is listed by name; a skip that checks/expected-skips.txt doesn't foresee is a failure.
. "${BASH_SOURCE%/*}/vars.sh"
# shellcheck source=/dev/null
eval "$("$machine/env.sh")"

cd "$root"
results=$(mktemp) # lines of: pass|fail|skip NAME
child=
beside=
trap 'rm -f "$results"; for p in $child $beside; do kill "$p" 2>/dev/null || true; done' EXIT
trap 'exit 130' INT TERM

# limited SECONDS COMMAND...: ends with the time, and with this script: timeout gives the command
# a process group of its own, which a signal to ours does not reach.
limited() {
  timeout "$@" </dev/null &
  child=$!
  local status=0
  wait "$child" || status=$?
  child=
  return "$status"
}

# check NAME LIMIT COMMAND...: one entry; its output is shown only when it fails.
check() {
  local name=$1 limit=$2 log=$CC_CI_CACHE/log/$1 start=$SECONDS
  shift 2
  mkdir -p "${log%/*}"
  if limited "$limit" "$@" >"$log" 2>&1; then
    echo "pass $name" >>"$results"
    echo "ok   $name ($((SECONDS - start)) s)"
  else
    echo "fail $name" >>"$results"
    tail -40 "$log"
    echo "FAIL $name ($((SECONDS - start)) s; log: $log)"
  fi
}

# go_tests NAME MODULE LIMIT ARGUMENTS...: each Go test is an entry; failing ones show their output.
go_tests() {
  local name=$1 module=$2 limit=$3 log=$CC_CI_CACHE/log/$1.json start=$SECONDS
  shift 3
  mkdir -p "${log%/*}"
  local status=0
  limited "$limit" go -C "$module" test -json "$@" >"$log" 2>"$log.err" || status=$?
  jq -nrR -f checks/machine/go-test.jq "$log" >"$log.txt"
  # Ended from outside (124: its time was over) or before any test: no test tells of it.
  if [ "$status" != 0 ] && ! grep -q '^result fail' "$log.txt"; then
    cat "$log.err"
    echo "result fail $name (exit $status)" >>"$log.txt"
  fi
  sed -n 's/^result //p' "$log.txt" >>"$results"
  { grep -v '^result ' "$log.txt" || true; } | tail -200
  echo "done $name ($((SECONDS - start)) s; log: $log)"
}

if [ "$1" = long ]; then
  go_tests long go 3600 -tags live,long -timeout 55m -run '^(TestLongApps|TestGenericDatabases|TestAllStandIns|TestTLSPassthrough)$' ./internal/live
  "$machine/summary.sh" "$results"
  exit
fi
if [ "$1" = forge ]; then
  go_tests runner checks/forge/runner 300 ./...
  # Two at a time, on a forge each: those of the trigger wait for servers, those of the demo for the swarm.
  (
    trap '[ -z "$child" ] || kill "$child"' TERM
    CC_CI_FORGE=$CC_CI_FORGE/trigger go_tests forge-trigger go 2400 -tags forge -timeout 38m -count 1 -skip '^(TestDemo|TestLost)$' ./internal/forge
    CC_CI_FORGE=$CC_CI_FORGE/trigger go_tests forge-converge go 900 -tags forge -timeout 14m -count 1 -p 1 ./internal/converge ./internal/mirror
  ) &
  beside=$!
  CC_CI_FORGE=$CC_CI_FORGE/demo go_tests forge-demo go 2400 -tags forge -timeout 38m -count 1 -run '^(TestDemo|TestLost)$' ./internal/forge
  wait "$beside" || echo "fail forge-trigger (exit $?)" >>"$results"
  "$machine/summary.sh" "$results"
  exit
fi

check vet 900 bash -c 'cd go && go vet ./... && go vet -tags live,long,forge ./...'
check flake-check 1800 nix flake check --keep-going -L
sed -n 's/^trace: not run: \([a-z-]*\):.*/skip \1/p' "$CC_CI_CACHE/log/flake-check" | sort -u >>"$results"
check nix-parse 120 checks/parse.sh
check nix-errors 120 checks/lib-errors.sh
check nix-scale 120 checks/scale.sh
check nix-template 300 checks/template.sh
check server-errors 120 checks/server/errors.sh
check server-units 300 checks/server/verify.sh
check cache-folder 30 checks/machine/cache.sh
check install-walk 300 checks/install-walk.sh
go_tests demo-app checks/demo 300 ./...
go_tests standin-app checks/standin 300 ./...
if [ "$1" = fast ]; then
  go_tests unit go 1200 ./...
else
  check router 120 "$machine/prove-router.sh"
  # shellcheck disable=SC2016 # expanded by the inner shell
  check e2e-recipe 600 bash -c 'checks/e2e/recipe.sh "$(nix build --no-link --print-out-paths .#plan-demo)" --stage install'
  # internal/live compares the whole engine with what there was before, so it has it to itself.
  packages=$(go -C go list -tags live ./... | grep -v '/internal/live$')
  # shellcheck disable=SC2086 # a list of words
  go_tests parts go 1800 -tags live -timeout 25m -p 2 $packages
  go_tests live go 3600 -tags live -timeout 55m ./internal/live
fi

"$machine/summary.sh" "$results"
