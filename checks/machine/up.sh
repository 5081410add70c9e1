#!/usr/bin/env bash
# up.sh demo | test | tools: bring this machine to where the demo, the tests, or only Nix and Go
# can run. Every step inspects and acts only if needed, so a second call takes a second.
. "${BASH_SOURCE%/*}/vars.sh"

exec 9>"$CC_CI_CACHE/lock"
flock -w 3600 9 || stop "another set-up has held $CC_CI_CACHE/lock for an hour" "end it"

# together COMMAND...: run them at the same time; ends with the status of one that failed.
together() {
  local pids=() status=0
  for command in "$@"; do
    # shellcheck disable=SC2086 # a command and its argument
    "$machine"/$command &
    pids+=($!)
  done
  for pid in "${pids[@]}"; do wait "$pid" || status=$?; done
  return "$status"
}

"$machine/packages.sh"
if [ "$1" = tools ]; then
  "$machine/go.sh"
  "$machine/nix.sh"
  exit
fi
case $1 in
  demo) images=(demo backup-bot) router=demo ;;
  test) images=(demo nginx backup-bot) router=traefik ;;
esac
together go.sh playwright.sh certs.sh "dockerd.sh up"
together nix.sh swarm.sh programs.sh
"$root/checks/images/build.sh" "${images[@]}"
together "router.sh $router" backup.sh
"$machine/site.sh"
