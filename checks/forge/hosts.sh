#!/usr/bin/env bash
# hosts.sh: two runner hosts with an engine and a swarm each on this machine, and TestTwoEngines of go/internal/forge on them.
#
# The second engine lies in $CC_CI_SECOND, with a port and a subnet of its own; `make down` with these as CC_CI_CACHE,
# CC_CI_PORT and CC_CI_SUBNET stops it. Not part of `make test-forge`: a cold second engine costs as much as the first.
. "${BASH_SOURCE%/*}/vars.sh"

second=${CC_CI_SECOND:-$CC_CI_CACHE-second} port=${CC_CI_SECOND_PORT:-$((CC_CI_PORT + 20))} subnet=${CC_CI_SECOND_SUBNET:-10.214}
"$machine/up.sh" forge
CC_CI_CACHE=$second CC_CI_PORT=$port CC_CI_SUBNET=$subnet "$machine/up.sh" forge

dir=$clone/forge/hosts
away() {
  "$forge/halt.sh" "$dir/second" runner KILL
  "$forge/down.sh" "$dir"
}
trap away EXIT
trap 'exit 130' INT TERM
away # what a killed one left
"$forge/up.sh" "$dir" $((CC_CI_PORT + 1020))
# What each step gets on the second host: what its shell would have.
CC_CI_CACHE=$second CC_CI_PORT=$port CC_CI_SUBNET=$subnet bash -c 'eval "$("$1")"; env' - "$machine/env.sh" |
  grep -E '^(PATH|CC_CI_(CACHE|PORT|SUBNET|DOCKER|SITE)|DOCKER_HOST|NIX_CONF_DIR|GO(MODCACHE|CACHE|PROXY|SUMDB))=' >"$dir/second.env"
# shellcheck source=/dev/null
eval "$("$machine/env.sh")"
CC_CI_FORGE=$dir CC_CI_SECOND_ENV=$dir/second.env go -C "$root/go" test -tags forge,long -timeout 40m -count 1 -v -run '^TestTwoEngines$' ./internal/forge
