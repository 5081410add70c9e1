#!/usr/bin/env bash
# env.sh: print shell code that makes `nix run .#test-demo` and `nix flake check` work as typed.
. "${BASH_SOURCE%/*}/vars.sh"

ln -sf "$machine/nix-wrapper.sh" "$clone/bin/nix"
cat <<EOF
export PATH=$(printf %q "$clone/bin:$CC_CI_CACHE/bin"):\$PATH
export CC_CI_CACHE=$(printf %q "$CC_CI_CACHE") CC_CI_PORT=$CC_CI_PORT CC_CI_SUBNET=$CC_CI_SUBNET CC_CI_DOCKER=$CC_CI_DOCKER
export CC_CI_SITE=$(printf %q "$clone/site.json")
export DOCKER_HOST=$(printf %q "unix://$socket")
export NIX_CONF_DIR=$(printf %q "$CC_CI_CACHE/nix") NIX_CACHE_HOME=$(printf %q "$CC_CI_CACHE/nix/cache")
export GOMODCACHE=$(printf %q "$(go env GOMODCACHE)") GOCACHE=$(printf %q "$(go env GOCACHE)")
export GOPROXY=$(printf %q "$(go env GOPROXY)") GOSUMDB=$(printf %q "$(go env GOSUMDB)")
EOF
