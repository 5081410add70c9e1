#!/usr/bin/env bash
# baseline.sh APP [install | floor]: a recipe's whole matrix as an expert would write it in plain shell, to measure cc-ci against.
#
# The same images, router, overrides, backup repository's program, browser and assertions; no policy, sandbox, masking, report,
# locks or clean-up after a kill. What is particular to an app stands in baseline/APP.sh, its flows in baseline/APP.mjs.
# Prints lines of "STAGE MILLISECONDS"; `ready` is the install's part from the deploy to the first answer, `steady` what
# is waited to see that nothing crashes. `install`: that part alone. `floor`: it as fast as the engine and the router allow.
. "${BASH_SOURCE%/*}/../machine/vars.sh"

recipe=${1:?usage: baseline.sh APP [install | floor]}
here=$root/checks/bench/baseline
host=baseline-$recipe.$domain stack=baseline_$recipe base=https://$host
work=$(mktemp -d)
touch "$work/log"
backup='' converged=0 watched=0 failures=0
declare -A secret=()
trap 'status=$?; [ $status = 0 ] || cat "$work/log" >&2; remove_all; rm -rf "$work"' EXIT

now() { echo "${EPOCHREALTIME/[.,]/}"; }
since() { echo "$1 $((($(now) - $2) / 1000))"; } # NAME MICROSECONDS
die() { echo "baseline: $*" >&2; exit 1; }

# web ARGUMENTS...: curl as a browser comes: through the router, the certificate checked, with cookies.
web() { curl -sS -m 300 --cacert "$CC_CI_CACHE/certs/ca.pem" --connect-to "::127.0.0.1:$CC_CI_PORT" -b "$work/jar" -c "$work/jar" "$@"; }
status() { [ "$(web -o /dev/null -w '%{http_code}' "${@:2}")" = "$1" ] || { echo "expected $1 of ${*:2}" >&2; return 1; }; }
body() { [ "$(web "$2")" = "$1" ]; }

# until_true PAUSE COMMAND...: at most two minutes.
until_true() {
  local end=$((SECONDS + 120))
  until "${@:2}" >/dev/null 2>&1; do
    [ $SECONDS -lt $end ] || die "never true: ${*:2}"
    sleep "$1"
  done
}

# A recipe that this one needs is the same with other values of recipe, stack and host.
make_secrets() { for name in "$@"; do secret[$name]=$(head -c 24 /dev/urandom | base64 | tr +/ ab); done; }
put_secrets() { for name in "$@"; do printf %s "${secret[$name]}" | docker secret create "${stack}_$name" - >/dev/null; done; }
container() { docker ps -q --filter "label=com.docker.swarm.service.name=${stack}_$1" --filter status=running | head -1; }
failed() { docker stack ps --format '{{.CurrentState}}' "$stack" | grep -c ^Failed || true; }

# fetch RECIPE VERSION...: its versions as an operator would lay them out for this machine.
fetch() {
  local repo version
  repo=$(jq -r --arg recipe "$1" '.sources[$recipe]' "$clone/site.json")
  git clone -q "$repo" "$work/git-$1"
  for version in "${@:2}"; do
    mkdir -p "$work/$1/$version"
    git -C "$work/git-$1" archive "$version" | tar -x -C "$work/$1/$version"
    # shellcheck disable=SC2154 # the app's
    sed -i -e 's/^      interval: .*/      interval: 1s/' -e 's/^    deploy:$/&\n      endpoint_mode: dnsrr/' "${images[@]/#/-es}" "$work/$1/$version"/compose*.yml
  done
}

# sees HOST...: to be called by settings: the app reaches these hosts through the router, and trusts its certificate.
sees() {
  local router
  router=$(docker inspect -f '{{.NetworkSettings.Networks.proxy.IPAddress}}' "$(docker ps -q --filter label=com.docker.swarm.service.name=traefik_app)")
  cat >"$work/sees.yml" <<END
version: "3.8"
services:
  app:
    extra_hosts: [$(printf '"%s", ' "${@/%/:$router}")]
    environment: { SSL_CERT_FILE: /run/ca.pem }
    configs: [{ source: baseline_ca, target: /run/ca.pem }]
configs: { baseline_ca: { file: $CC_CI_CACHE/certs/ca.pem } }
END
  COMPOSE_FILE="$COMPOSE_FILE -c $work/sees.yml"
}

# deploy VERSION: with the app's own settings.
deploy() (
  cd "$work/$recipe/$1"
  set -a
  # shellcheck source=/dev/null
  . ./.env.sample
  # shellcheck source=/dev/null
  . ./abra.sh
  STACK_NAME=$stack DOMAIN=$host EXTRA_DOMAINS='' LETS_ENCRYPT_ENV=''
  settings
  set +a
  # shellcheck disable=SC2086 # a list of files
  docker stack deploy --resolve-image never ${COMPOSE_FILE/#/-c } "$stack" >/dev/null 2>"$work/deploy" || { cat "$work/deploy" >&2; exit 1; }
)

# serving PAUSE: the app answers; from here on nothing may crash.
serving() {
  until_true "$1" ready
  converged=$(now) failures=$(failed)
}

# fresh VERSION SECRETS...: deployed on nothing.
fresh() {
  put_secrets "${@:2}"
  deploy "$1"
  serving 0.2
  set_up
}

updated() { [ "$(docker service inspect -f '{{.UpdateStatus.State}}' "${stack}_app")" = completed ]; }
# in_force VOLUME-SECRETS: what the services read, by the engine's ids.
in_force() {
  docker stack services -q "$stack" | xargs docker service inspect |
    jq -c '[.[].Spec.TaskTemplate.ContainerSpec.Secrets // [] | .[] | {(.SecretName): .SecretID}] | add'
}

# steady [SECONDS]: no task has failed since the app answered. With SECONDS: it, or an earlier deployment of this version, has been seen for so long.
steady() {
  local from left=0
  from=$(now)
  [ $watched -ge $((${1:-0} * 1000000)) ] || left=$((${1:-0} * 1000000 - from + converged))
  [ $left -le 0 ] || sleep "$((left / 1000000)).$(printf %06d $((left % 1000000)))"
  [ "$(failed)" = "$failures" ] || die "a task has failed"
  [ $(($(now) - converged)) -le $watched ] || watched=$(($(now) - converged))
  since steady "$from"
}

flows() {
  jq -n '$ARGS.named' --arg host "$host" --argjson secret "$(for k in "${!secret[@]}"; do jq -n '{($ARGS.positional[0]): $ARGS.positional[1]}' --args "$k" "${secret[$k]}"; done | jq -s add)" |
    node "$here/flows.mjs" "$recipe" "$@" || die "the browser's flows failed"
}

restic() { docker exec -e RESTIC_REPOSITORY=/tmp/baseline -e RESTIC_PASSWORD=baseline "$backup" restic -q "$@"; }
restored() {
  restic restore latest --target /
  after_restore
  serving 0.2
  verify || die "the restore did not bring everything back"
}

# empty: nothing of the stack is left.
empty() {
  local volumes
  [ -z "$(docker ps -aq --filter "label=com.docker.stack.namespace=$stack")" ] || return 1
  volumes=$(docker volume ls -q --filter "label=com.docker.stack.namespace=$stack")
  # shellcheck disable=SC2086 # a list
  { [ -z "$volumes" ] || docker volume rm $volumes; } && [ -z "$(docker network ls -q --filter "label=com.docker.stack.namespace=$stack")" ]
}
remove() {
  docker stack rm "$stack" >/dev/null 2>&1 || true # nothing is there
  until_true 0.2 empty
  docker secret ls -q --filter "name=${stack}_" | xargs -r docker secret rm >/dev/null
}
remove_all() {
  remove
  without_needs
  [ -z "$backup" ] || docker exec "$backup" rm -rf /tmp/baseline
}

# What an app file may leave out.
settings() { :; }
set_up() { :; }
with_needs() { :; }
without_needs() { :; }
before_backup() { :; }
after_restore() { :; }
# shellcheck source=/dev/null
. "$here/$recipe.sh"

prepare() {
  remove_all
  # shellcheck disable=SC2154 # the app's
  make_secrets "${kept[@]}" "${added[@]}"
  # shellcheck disable=SC2154 # the app's
  fetch "$recipe" "$old" "$new"
  backup=$(docker ps -q --filter label=com.docker.swarm.service.name=backups_app)
  restic init
}

install() {
  local from
  put_secrets "${kept[@]}" "${added[@]}"
  from=$(now)
  deploy "$new"
  serving "$1"
  since "$2" "$from"
}

# stage NAME COMMAND...: and how long it took.
stage() {
  local from
  from=$(now)
  "${@:2}"
  since "$1" "$from"
}

in_install() {
  install 0.2 ready
  set_up
  # shellcheck disable=SC2154 # the app's
  flows smoke "${walks[@]}"
  steady
}
in_backup() {
  write
  verify || die "what was written is not seen"
  before_backup
  # shellcheck disable=SC2154 # the app's
  restic backup "${saved[@]/#//var/lib/docker/volumes/${stack}_}"
  holds || die "the backup does not hold what it must"
  steady
  change
  ! verify 2>/dev/null || die "the change was not seen"
  restored
  steady
  remove
  fresh "$new" "${kept[@]}" "${added[@]}"
  ! verify 2>/dev/null || die "a fresh deployment has the state"
  restored
}
in_local() {
  own_tests
  steady 6
}
in_upgrade() {
  local before
  watched=0
  fresh "$old" "${kept[@]}"
  write
  before=$(in_force)
  put_secrets "${added[@]}"
  deploy "$new"
  until_true 0.2 updated
  serving 0.2
  jq -en --argjson before "$before" --argjson after "$(in_force)" '$after | contains($before)' >/dev/null || die "other secrets than before are in force"
  verify || die "the state did not survive the upgrade"
  flows "${walks[@]}"
  steady 6
}

began=$(now)
prepare >"$work/log" 2>&1
case ${2:-} in
  floor) install 0.01 floor && exit ;;
  install) install 0.2 ready && exit ;;
esac
since prepare "$began"
stage needs with_needs
stage install in_install
stage backup in_backup
stage local in_local
stage remove remove
stage upgrade in_upgrade
stage remove remove_all
since whole "$began"
