#!/usr/bin/env bash
# swarm.sh: a single-node swarm with the attachable overlay network `proxy`, as on a Co-op
# Cloud server. The node's address is a loopback address derived from $CC_CI_PORT.
. "${BASH_SOURCE%/*}/vars.sh"

# An engine that has just started may answer before its swarm has come up.
settled() { state=$(docker info --format '{{.Swarm.LocalNodeState}} {{.Swarm.ControlAvailable}}') && [[ $state != pending* ]]; }
within 60 settled || stop "the swarm has been \"${state:-without an answer}\" for 60 s" "see $engine/log, or make down and make up"
[ "$(docker network inspect -f '{{.Scope}}' proxy 2>/dev/null)" != swarm ] || exit 0
if [ "$state" != "active true" ]; then
  # Made by hand for its interface name: a second engine's would also be called docker_gwbridge.
  docker network inspect docker_gwbridge >/dev/null 2>&1 ||
    docker network create --subnet "$CC_CI_SUBNET.1.0/24" \
      -o com.docker.network.bridge.name="${bridge}gw" -o com.docker.network.bridge.enable_icc=false \
      -o com.docker.network.bridge.enable_ip_masquerade=true docker_gwbridge >/dev/null
  address=127.0.$((CC_CI_PORT / 256)).$((CC_CI_PORT % 256))
  say "making a swarm of one node ($address)"
  timeout 120 docker swarm init --advertise-addr "$address" --listen-addr "$address:2377" \
    --data-path-port "$vxlan_port" \
    --default-addr-pool "$CC_CI_SUBNET.128.0/17" --default-addr-pool-mask-length 26 >/dev/null ||
    stop "docker swarm init failed" "see $engine/log; another swarm at $address?"
fi
# Large, since this engine doesn't give back every address of a removed app: with 62 of them and
# three in use, a task stayed "new" with "could not find an available IP" after an hour of tests.
docker network create --driver overlay --attachable --subnet "$CC_CI_SUBNET.32.0/19" proxy >/dev/null
