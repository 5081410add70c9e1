#!/usr/bin/env bash
# backup.sh: deploy the backup service as the stack `backups`, unless it runs as it should. The
# password of its repository is made once and never leaves the swarm.
. "${BASH_SOURCE%/*}/vars.sh"

"$machine/volumes.sh" "$(docker info -f '{{.DockerRootDir}}')/volumes"
HERE=$machine/backup-standin VOLUMES=$volumes
export SOCKET=$socket VOLUMES STATE
STATE=$({ docker image inspect -f '{{.Id}}' cc-ci.test/backup-standin:1; echo "$socket $volumes"; cat "$HERE/compose.yml"; } | sha256sum | cut -c1-12)
container() { docker ps -q --filter "label=cc-ci.backup=$STATE" --filter status=running | grep .; }
ready() { docker exec "$(container)" test -e /run/backup-ready; }

if ready >/dev/null 2>&1; then exit 0; fi
say "deploying the backup service"
if ! docker secret inspect backups_restic_password_v1 >/dev/null 2>&1; then
  # A repository of an earlier swarm, whose password went with it, can't be opened any more.
  docker stack rm backups >/dev/null 2>&1 || true
  gone() { ! docker volume inspect "$1" >/dev/null 2>&1 || docker volume rm "$1" >/dev/null 2>&1; }
  for volume in $(docker volume ls -q --filter label=com.docker.stack.namespace=backups); do within 60 gone "$volume" || true; done
  head -c 24 /dev/urandom | base64 | docker secret create backups_restic_password_v1 - >/dev/null
fi
mkdir -p "$CC_CI_CACHE/log"
timeout 60 docker stack deploy --prune --resolve-image never -c "$HERE/compose.yml" backups >/dev/null 2>"$CC_CI_CACHE/log/backup" ||
  { cat "$CC_CI_CACHE/log/backup" >&2; stop "the backup service could not be deployed" "see the engine's message above"; }
within 180 ready || {
  docker service ps --no-trunc backups_app >&2
  docker service logs --tail 20 backups_app >&2 || true
  stop "the backup service was not ready within 180 s" "see its log above"
}
