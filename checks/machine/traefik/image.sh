#!/usr/bin/env bash
# image.sh [build]: print the tag of a Traefik image that the engine has, bringing it there from
# (in this order) the engine, a binary compiled before, a registry. Prints nothing where none of
# these has one; with `build` it compiles one instead (eight minutes on two free cores).
. "${BASH_SOURCE%/*}/../vars.sh"

official=traefik:$traefik_version
own=cc-ci.test/traefik:$traefik_version
folder=$CC_CI_CACHE/traefik
binary=$folder/traefik-$traefik_version
mkdir -p "$folder"

has() { docker image inspect "$1" >/dev/null 2>&1; }
import() {
  local tmp
  tmp=$(mktemp -d)
  mkdir -p "$tmp/tmp" "$tmp/etc"
  ln "$binary" "$tmp/traefik" 2>/dev/null || cp "$binary" "$tmp/traefik"
  tar -C "$tmp" -c . | docker import --change 'ENTRYPOINT ["/traefik"]' --change 'EXPOSE 80' - "$own" >/dev/null
  rm -rf "$tmp"
}

for image in "$own" "$official"; do
  if has "$image"; then echo "$image" && exit; fi
done
if ! [ -x "$binary" ]; then
  # One short attempt a day: on a machine without a registry it only costs time.
  if [ -z "$(find "$folder/unreachable" -mmin -1440 2>/dev/null)" ]; then
    if timeout 45 docker pull -q "$official" >/dev/null 2>&1; then echo "$official" && exit; fi
    touch "$folder/unreachable"
  fi
  [ "${1:-}" = build ] || exit 0
  say "compiling Traefik $traefik_version (8 min on two free cores; log $folder/log)"
  tries 3 timeout 3000 nice "$machine/traefik/build.sh" "$traefik_version" "$folder/src" "$binary" >"$folder/log" 2>&1 </dev/null || {
    tail -5 "$folder/log" >&2
    stop "Traefik did not compile (log: $folder/log)" "load an image $official into the engine by hand"
  }
  rm -rf "$folder/src"
fi
import
echo "$own"
