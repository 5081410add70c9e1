#!/usr/bin/env bash
# pull.sh: what it is worth to pull a run's images all at once. A registry of this machine, in memory, has four images
# of 50 MB that are like no other; they are pulled one after another, removed, and pulled together.
# Prints lines of "NAME MILLISECONDS".
. "${BASH_SOURCE%/*}/../machine/vars.sh"

registry=github.com/google/go-containerregistry/cmd/registry@v0.20.6
port=$((CC_CI_PORT + 21000)) images=() server=
work=$(mktemp -d)
clean() {
  docker image rm -f "${images[@]}" >/dev/null 2>&1 || true
  [ -z "$server" ] || { kill "$server" && wait "$server" || true; } 2>/dev/null
}
trap 'clean; rm -rf "$work"' EXIT
now() { echo "$((${EPOCHREALTIME/[.,]/} / 1000))"; }

GOBIN=$work go install "$registry" 2>"$work/log" || { cat "$work/log" >&2; stop "the registry's program could not be had" "see Go's message above"; }
"$work/registry" -port "$port" >"$work/log" 2>&1 &
server=$!
within 30 curl -fs "http://127.0.0.1:$port/v2/" || { cat "$work/log" >&2; stop "the registry did not start" "see its log above"; }
for n in 1 2 3 4; do
  image=127.0.0.1:$port/pulled:$n
  images+=("$image")
  mkdir "$work/$n"
  head -c 50M /dev/urandom >"$work/$n/data"
  tar -C "$work/$n" -c data | docker import - "$image" >/dev/null
  docker push -q "$image" >/dev/null
done
forget() { docker image rm "${images[@]}" >/dev/null; }
pull() { docker pull -q "$1" >/dev/null || stop "$1 could not be pulled" "see the engine's message above"; }

forget
from=$(now)
for image in "${images[@]}"; do pull "$image"; done
echo "one-by-one $(($(now) - from))"
forget
from=$(now) pids=()
for image in "${images[@]}"; do
  pull "$image" &
  pids+=($!)
done
for pid in "${pids[@]}"; do wait "$pid"; done
echo "together $(($(now) - from))"
