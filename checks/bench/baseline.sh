#!/usr/bin/env bash
# baseline.sh [install | floor]: the demo's whole matrix as an expert would write it in plain shell, to measure cc-ci against.
#
# The same images, router, overrides, backup repository's program, browser, assertions; no policy, sandbox, masking, report,
# locks or clean-up after a kill. Prints lines of "STAGE MILLISECONDS"; `ready` is the install's part
# from the deploy to the first answer. `install`: that part alone. `floor`: it as fast as the engine and the router allow.
. "${BASH_SOURCE%/*}/../machine/vars.sh"

host=baseline.$domain stack=baseline_demo base=https://$host
work=$(mktemp -d)
touch "$work/log"
app='' backup='' note=''
declare -A secret=([admin_password_v1]=$(head -c 18 /dev/urandom | base64) [session_key_v1]=$(head -c 24 /dev/urandom | base64))
trap 'status=$?; [ $status = 0 ] || cat "$work/log" >&2; clean; rm -rf "$work"' EXIT

now() { echo "${EPOCHREALTIME/[.,]/}"; }
since() { echo "$1 $((($(now) - $2) / 1000))"; } # NAME MICROSECONDS
die() { echo "baseline: $*" >&2; exit 1; }

# web ARGUMENTS...: curl as a browser comes: through the router, the certificate checked, with cookies.
web() { curl -sS -m 10 --cacert "$CC_CI_CACHE/certs/ca.pem" --connect-to "::127.0.0.1:$CC_CI_PORT" -b "$work/jar" -c "$work/jar" "$@"; }
status() { [ "$(web -o /dev/null -w '%{http_code}' "${@:2}")" = "$1" ] || die "expected $1 of ${*:2}"; }
body() { [ "$(web "$2")" = "$1" ]; }

# until_true PAUSE COMMAND...: at most two minutes.
until_true() {
  local end=$((SECONDS + 120))
  until "${@:2}" >/dev/null 2>&1; do
    [ $SECONDS -lt $end ] || die "never true: ${*:2}"
    sleep "$1"
  done
}

put_secrets() { for name in "$@"; do printf %s "${secret[$name]}" | docker secret create "${stack}_$name" - >/dev/null; done; }

# deploy VERSION-FOLDER: the recipe's compose file with what the machine needs.
deploy() {
  set -a
  # shellcheck source=/dev/null
  . "$work/recipe/$1/.env.sample"
  # shellcheck source=/dev/null
  . "$work/recipe/$1/abra.sh"
  STACK_NAME=$stack DOMAIN=$host EXTRA_DOMAINS=
  set +a
  docker stack deploy --resolve-image never -c "$work/recipe/$1/compose.yml" -c "$work/override.yml" "$stack" >/dev/null 2>&1
}

# serves VERSION: the app of that version answers.
serves() { web "$base/healthz" | grep -q "\"version\": *\"$1\""; }
find_app() { app=$(docker ps -q --filter "label=com.docker.swarm.service.name=${stack}_app" --filter status=running | head -1); }
updated() { [ "$(docker service inspect -f '{{.UpdateStatus.State}}' "${stack}_app")" = completed ]; }
flows() { node "${BASH_SOURCE%/*}/flows.mjs" "$host" "${secret[admin_password_v1]}" "$@" || die "the browser's flows failed"; }
log_in() { status 302 --data-urlencode user=admin --data-urlencode "password=${secret[admin_password_v1]}" "$base/login"; }

write() {
  log_in
  note=$(web -o /dev/null -w '%{redirect_url}' -H 'Content-Type: text/plain' --data-binary '# kept' "$base/notes")
  printf kept >"$work/state.txt"
  status 302 -F "file=@$work/state.txt" "$base/files"
}
verify() { log_in && body '# kept' "$note/raw" && body kept "$base/files/state.txt"; }
change() {
  log_in
  status 200 -X PUT -H 'Content-Type: text/plain' --data-binary '# lost' "$note"
  printf lost >"$work/state.txt"
  status 302 -F "file=@$work/state.txt" "$base/files"
}

restic() { docker exec -e RESTIC_REPOSITORY=/tmp/baseline -e RESTIC_PASSWORD=baseline "$backup" restic -q "$@"; }
save() {
  docker exec "$app" /notes dump /data/backup.json
  restic backup "$data/backup.json" "$data/uploads"
  restic ls latest | grep -q backup.json || die "the backup holds no backup.json"
}
restore() {
  restic restore latest --target /
  docker exec "$app" /notes load /data/backup.json
  until_true 0.2 serves 3.0.0
  verify || die "the restore did not bring everything back"
}

# empty: nothing of the stack is left.
empty() {
  [ -z "$(docker ps -aq --filter "label=com.docker.stack.namespace=$stack")" ] &&
    { ! docker volume inspect "${stack}_data" || docker volume rm "${stack}_data"; } &&
    [ -z "$(docker network ls -q --filter "label=com.docker.stack.namespace=$stack")" ]
}
remove() {
  docker stack rm "$stack" >/dev/null 2>&1 || true # nothing is there
  until_true 0.2 empty
  docker secret ls -q --filter "name=${stack}_" | xargs -r docker secret rm >/dev/null
}
clean() {
  remove
  [ -z "$backup" ] || docker exec "$backup" rm -rf /tmp/baseline
}

prepare() {
  local repo
  repo=$(jq -r '.sources.demo' "$clone/site.json")
  git clone -q "$repo" "$work/git"
  for version in 1.1.0+2.0.0 main; do
    mkdir -p "$work/recipe/$version"
    git -C "$work/git" archive "$version" | tar -x -C "$work/recipe/$version"
  done
  cat >"$work/override.yml" <<END
version: "3.8"
services: { app: { healthcheck: { interval: 1s }, deploy: { endpoint_mode: dnsrr } } }
END
  clean
  backup=$(docker ps -q --filter label=com.docker.swarm.service.name=backups_app)
  data=/var/lib/docker/volumes/${stack}_data/_data # where the backup service sees it
  restic init
}

install() {
  local from
  put_secrets admin_password_v1 session_key_v1
  from=$(now)
  deploy main
  until_true "$1" serves 3.0.0
  since "$2" "$from"
}

# The recipe's own tests: pytest, a program, and the steps of login.json (flows.mjs has them).
own_tests() {
  cp /etc/hosts "$work/hosts"
  echo "127.0.0.1 $host" >>"$work/hosts"
  status 200 "$base/login"
  flows login
  # shellcheck disable=SC2016 # the inner shell's
  CC_CI_BASE_URL=$base:$CC_CI_PORT CC_CI_VERSION=1.2.0+3.0.0 SSL_CERT_FILE=$CC_CI_CACHE/certs/ca.pem CURL_CA_BUNDLE=$CC_CI_CACHE/certs/ca.pem \
    unshare -m bash -c 'mount --bind "$1/hosts" /etc/hosts && cd "$1/recipe/main/tests" && sh style.sh && /usr/bin/python3 -m pytest -q -p no:cacheprovider .' _ "$work" >"$work/local" 2>&1 ||
    { cat "$work/local" >&2; die "the recipe's own tests failed"; }
}

# stage NAME COMMAND...: and how long it took.
stage() {
  local from
  from=$(now)
  "${@:2}"
  since "$1" "$from"
}

in_backup() {
  find_app
  write
  save
  change
  ! verify || die "the change was not seen"
  restore
  remove
  put_secrets admin_password_v1 session_key_v1
  deploy main
  until_true 0.2 serves 3.0.0
  find_app
  ! verify 2>/dev/null || die "a fresh deployment has the state"
  restore
}
in_upgrade() {
  put_secrets admin_password_v1
  deploy 1.1.0+2.0.0
  until_true 0.2 serves 2.0.0
  write
  put_secrets session_key_v1
  deploy main
  until_true 0.2 updated
  until_true 0.2 serves 3.0.0
  verify || die "the state did not survive the upgrade"
  flows file note
}

began=$(now)
prepare >"$work/log" 2>&1
case ${1:-} in
  floor) install 0.01 floor && exit ;;
  install) install 0.2 ready && exit ;;
esac
since prepare "$began"
from=$(now)
install 0.2 ready
flows smoke file note
since install "$from"
stage backup in_backup
stage local own_tests
stage remove remove
stage upgrade in_upgrade
stage remove remove
since whole "$began"
