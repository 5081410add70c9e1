#!/usr/bin/env bash
# refresh.sh: what Traefik's refresh of a second is worth. Beside the machine's router stands a second one of the
# same image with Traefik's own 15 s; an app is deployed, and each router asked until it answers.
# Prints lines of "NAME MILLISECONDS", from the deploy's call.
. "${BASH_SOURCE%/*}/../machine/vars.sh"

slow=bench_router stack=bench_refresh host=bench-refresh.$domain port=$((CC_CI_PORT + 20000))
work=$(mktemp -d)
clean() { docker stack rm "$stack" "$slow" >/dev/null 2>&1 || true; }
trap 'clean; rm -rf "$work"' EXIT
image=$("$machine/traefik/image.sh")
[ -n "$image" ] || stop "there is no Traefik image" "run make traefik"

now() { echo "$((${EPOCHREALTIME/[.,]/} / 1000))"; }
answers() { [ "$(curl -s -o /dev/null -w '%{http_code}' -m 5 --cacert "$CC_CI_CACHE/certs/ca.pem" --connect-to "::127.0.0.1:$1" "https://$host/healthz")" = "$2" ]; }

export IMAGE=$image SOCKET=$socket CERTS=$CC_CI_CACHE/certs HERE=$machine/traefik STATE=bench
(
  export CC_CI_PORT=$port
  sed 's/refreshseconds=1/refreshseconds=15/' "$HERE/compose.yml" >"$work/router.yml"
  docker stack deploy --resolve-image never -c "$work/router.yml" "$slow" >/dev/null 2>&1
)
within 60 answers "$port" 404 || stop "the second router did not start" "docker service logs ${slow}_app"
cat >"$work/app.yml" <<END
version: "3.8"
services:
  app:
    image: cc-ci.test/notes:1.0.0
    networks: [proxy]
    environment: { NOTES_PASSWORD_FILE: /etc/hostname } # any file that is there
    healthcheck: { test: [CMD, /notes, healthcheck], interval: 1s }
    deploy:
      endpoint_mode: dnsrr
      labels:
        traefik.enable: "true"
        traefik.http.services.$stack.loadbalancer.server.port: "8080"
        traefik.http.routers.$stack.rule: "Host(\`$host\`)"
        traefik.http.routers.$stack.entrypoints: web-secure
        traefik.http.routers.$stack.tls: "true"
networks: { proxy: { external: true } }
END
from=$(now)
docker stack deploy --resolve-image never -c "$work/app.yml" "$stack" >/dev/null 2>&1
within 60 answers "$CC_CI_PORT" 200 || stop "the app never answered" "docker service ps ${stack}_app"
echo "refresh-1s $(($(now) - from))"
within 60 answers "$port" 200 || stop "the app never answered through the second router" "docker service logs ${slow}_app"
echo "refresh-15s $(($(now) - from))"
