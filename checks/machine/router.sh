#!/usr/bin/env bash
# router.sh demo | traefik: deploy the router as the stack `traefik`, unless it runs as it should.
#
# `traefik` insists on the real one and compiles it where it must; `demo` takes the real one
# where it is at hand, else the stand-in. The name of the one in force is left for the site file.
. "${BASH_SOURCE%/*}/vars.sh"

kind=traefik name="traefik ${traefik_version#v}"
image=$("$machine/traefik/image.sh" "$([ "$1" = demo ] || echo build)")
if [ -z "$image" ]; then
  kind=router-standin name=router-standin
  image=$("$machine/router-standin/image.sh")
fi
mkdir -p "$CC_CI_CACHE/router"
echo "$name" >"$CC_CI_CACHE/router/name"

export IMAGE=$image SOCKET=$socket CERTS=$CC_CI_CACHE/certs HERE=$machine/$kind STATE
files=("$HERE"/*.yml "$CERTS/cert.pem")
STATE=$({ docker image inspect -f '{{.Id}}' "$image"; echo "$CC_CI_PORT $socket"; cat "${files[@]}"; } | sha256sum | cut -c1-12)
# The swarm calls a task running once it is healthy, seconds after it answers; a run asks the swarm for the router's address.
served() {
  docker ps -q --filter "label=cc-ci.router=$STATE" --filter status=running | grep -q . &&
    docker service ps --filter desired-state=running --format '{{.CurrentState}}' traefik_app | grep -q '^Running'
}
# Any answer will do (404: no app has this name); the certificate must verify.
answers() { curl -sS -o /dev/null -m 5 --cacert "$CERTS/ca.pem" --connect-to "::127.0.0.1:$CC_CI_PORT" "https://router-check.$domain/"; }
ready() { served && answers; }

if ready >/dev/null 2>&1; then exit 0; fi
if ! docker service inspect traefik_app >/dev/null 2>&1 && [ -n "$(ss -Hltn "sport = :$CC_CI_PORT")" ]; then
  stop "port $CC_CI_PORT is taken" "end what listens there, or set CC_CI_PORT to a free port"
fi
say "deploying the router: $name on port $CC_CI_PORT"
timeout 60 docker stack deploy --prune --resolve-image never -c "$HERE/compose.yml" traefik >/dev/null 2>"$CC_CI_CACHE/router/log" ||
  { cat "$CC_CI_CACHE/router/log" >&2; stop "the router could not be deployed" "see the engine's message above"; }
within 180 ready || {
  docker service ps --no-trunc traefik_app >&2
  docker service logs --tail 20 traefik_app >&2 || true
  stop "the router did not answer on port $CC_CI_PORT within 180 s" "see its log above"
}
# What earlier deployments left: objects of the stack that carry another state.
for kind in config secret; do
  docker "$kind" ls --format '{{.Name}}' --filter label=com.docker.stack.namespace=traefik |
    { grep -v "_$STATE\$" || true; } | xargs -r docker "$kind" rm >/dev/null 2>&1 || true
done
