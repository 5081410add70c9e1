#!/usr/bin/env bash
# runner.sh DIR [CAPACITY [NAME=value...]]: start a runner for the Drone of DIR, with these further lines of configuration.
# DIR/runner/env, lines of NAME=value, is what every step gets beside PATH; change it and start the runner again.
. "${BASH_SOURCE%/*}/vars.sh"

dir=$(realpath -m "$1") capacity=${2:-2}
runner=$("$forge/build.sh" runner)
mkdir -p "$dir/runner/builds"
touch "$dir/runner/env"
(umask 077 && cat >"$dir/runner/config") <<ENV
DRONE_RPC_PROTO=http
DRONE_RPC_HOST=$(sed 's,.*//,,' "$dir/drone/url")
DRONE_RPC_SECRET=$(secret rpc)
DRONE_RUNNER_CAPACITY=$capacity
DRONE_RUNNER_NAME=here
DRONE_RUNNER_ENVFILE=$dir/runner/env
DRONE_RUNNER_ROOT=$dir/runner/builds
$(printf '%s\n' "${@:3}")
ENV
cd "$dir/runner"
serve runner env -i PATH="$PATH" USER="$(id -un)" bash -c 'set -a; . ./config; set +a; exec "$0"' "$runner"
