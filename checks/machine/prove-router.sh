#!/usr/bin/env bash
# prove-router.sh: shows that the machine is whole. A service is deployed to the swarm, the
# router finds it and serves it over HTTPS with a certificate that verifies; a name that nobody
# has gets the router's 404; plain names outside the domain don't get our certificate.
# The hello service is a second router process, answering its /ping.
. "${BASH_SOURCE%/*}/vars.sh"

stack=ccci-prove-$$ host=hello-$$.$domain
image=$("$machine/traefik/image.sh")
[ -n "$image" ] || stop "there is no Traefik here" "make traefik"
grep -q '^traefik ' "$CC_CI_CACHE/router/name" || stop "the router is the stand-in" "make up"
trap 'docker service rm $stack >/dev/null 2>&1 || true' EXIT

get() { # NAME PATH: prints status and whether the certificate verified (0)
  curl -s -m 5 -o /dev/null -w '%{http_code} %{ssl_verify_result}' --cacert "$CC_CI_CACHE/certs/ca.pem" \
    --connect-to "::127.0.0.1:$CC_CI_PORT" "https://$1$2" || true
}
expect() { # WANT NAME PATH WHAT
  local got
  got=$(get "$2" "$3")
  [ "$got" = "$1" ] || { say "FAIL: $4: https://$2$3: expected status and verification '$1', got '$got'"; exit 1; }
  echo "ok - $4"
}

docker service create -q --detach --name "$stack" --network proxy --endpoint-mode dnsrr --no-resolve-image \
  --label traefik.enable=true --label "traefik.http.routers.$stack.rule=Host(\`$host\`)" \
  --label "traefik.http.routers.$stack.entrypoints=web-secure" --label "traefik.http.routers.$stack.tls=true" \
  --label "traefik.http.services.$stack.loadbalancer.server.port=8080" \
  "$image" --entrypoints.web.address=:8080 --ping --ping.entrypoint=web --global.checknewversion=false >/dev/null
routed() { [ "$(get "$host" /ping)" = "200 0" ]; }
within 90 routed || true
expect "200 0" "$host" /ping "a service on the network proxy is served over HTTPS, its certificate verifies"
expect "404 0" "nobody-$$.$domain" / "an unknown name gets the router's 404"
got=$(get "elsewhere.test" /)
[ "${got% *}" = 000 ] || { say "FAIL: a name outside $domain got our certificate ($got)"; exit 1; }
echo "ok - a name outside the domain gets no certificate that verifies"
