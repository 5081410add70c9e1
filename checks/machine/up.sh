#!/usr/bin/env bash
# up.sh demo | env | test | forge | long | tools: bring this machine to where the demo, a recipe, the tests, or
# only Nix and Go can run. Every step inspects and acts only if needed, so a second call takes a second.
. "${BASH_SOURCE%/*}/vars.sh"

exec 9>"$CC_CI_CACHE/lock"
flock -w 3600 9 || stop "another set-up has held $CC_CI_CACHE/lock for an hour" "end it"

# together COMMAND...: run them, functions or scripts of this folder, at the same time; ends
# with the status of one that failed.
together() {
  local pids=() status=0
  for command in "$@"; do
    # shellcheck disable=SC2086 # a command and its argument
    if declare -F "${command%% *}" >/dev/null; then $command & else "$machine"/$command & fi
    pids+=($!)
  done
  for pid in "${pids[@]}"; do wait "$pid" || status=$?; done
  return "$status"
}

# What is compiled and what is installed need nothing of each other, and on a new machine each
# takes minutes.
compiled() { "$machine/go.sh" && together nix.sh programs; }
programs() { "$machine/modules.sh" && "$machine/programs.sh"; }
installed() { "$machine/packages.sh" "$1" && together playwright.sh certs.sh engine; }
engine() { "$machine/dockerd.sh" up && "$machine/swarm.sh"; }
backup() { together "${images[@]/#/../images/build.sh }" && "$machine/backup.sh"; }

case $1 in
  demo) images=(demo backup-bot) router=demo more=(plan.sh) ;;
  env) images=(demo backup-bot) router=demo more=() ;;
  test) images=(demo nginx backup-bot standin postgres miniflux dex) router=traefik more=(axe.sh) ;;
  forge) images=(demo backup-bot) router=traefik more=("../forge/build.sh all") ;;
  long) images=(demo nginx backup-bot standin postgres miniflux dex mariadb minio synapse caddy pds n8n) router=traefik more=() ;;
  tools)
    "$machine/packages.sh"
    "$machine/go.sh"
    together nix.sh modules.sh
    exit
    ;;
esac
"$machine/packages.sh" tools
together compiled "installed $1"
together backup "router.sh $router" "${more[@]}"
"$machine/site.sh"
