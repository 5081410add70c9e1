#!/usr/bin/env bash
# build.sh NAME...: see that the engine has the images of checks/images/NAME.sh.
#
# An image script is one file with a header that is read by machine:
#   # image: cc-ci.test/nginx:1.22.1            what it makes (one tag or more)
#   # replaces: nginx:1.27.2 nginx:1.28.0       images in recipes it stands for here (optional)
#   # inputs: checks/demo                       further files it is made of (optional)
# It is run from the repository's root with $INPUTS, a hash of itself and its inputs, and gives
# each image the label cc-ci.inputs=$INPUTS. An image with the right label is not built again.
. "${BASH_SOURCE%/*}/../machine/vars.sh"

header() { sed -n "s/^# $2: *//p" "$root/checks/images/$1.sh"; }
current() {
  local tag
  for tag in $1; do
    [ "$(docker image inspect -f '{{index .Config.Labels "cc-ci.inputs"}}' "$tag" 2>/dev/null)" = "$INPUTS" ] || return 1
  done
}

cd "$root"
for name in "$@"; do
  tags=$(header "$name" image)
  # shellcheck disable=SC2046 # a list of paths
  INPUTS=$(find "checks/images/$name.sh" $(header "$name" inputs) -type f -print0 | sort -z | xargs -0 sha256sum | sha256sum | cut -c1-16)
  export INPUTS
  current "$tags" && continue
  say "building $tags"
  log=$CC_CI_CACHE/images/$name.log
  mkdir -p "${log%/*}"
  tries 3 timeout 2400 bash "checks/images/$name.sh" >"$log" 2>&1 </dev/null || {
    tail -5 "$log" >&2
    stop "the image $tags could not be built (log: $log)" "see the log"
  }
  current "$tags" || stop "checks/images/$name.sh left no $tags with the label cc-ci.inputs=$INPUTS" "correct the script"
done
