#!/usr/bin/env bash
# drone.sh DIR PORT: start a Drone on 127.0.0.1:PORT for the Gitea of DIR, keep everything in DIR/drone, and log its
# admin `operator` in through OAuth as a browser would, which it needs before it can activate a repository.
# DIR/drone/url has its address, DIR/secrets/drone-token the operator's token, DIR/secrets/rpc that of runners.
. "${BASH_SOURCE%/*}/vars.sh"

dir=$(realpath -m "$1") port=$2
drone=$("$forge/build.sh" drone)
url=http://127.0.0.1:$port gitea=$(cat "$dir/gitea/url")
mkdir -p "$dir/drone"
echo "$url" >"$dir/drone/url"
oauth=$dir/secrets/oauth.json
if ! [ -s "$oauth" ]; then
  (umask 077 && api POST /user/applications/oauth2 "{\"name\":\"drone\",\"confidential_client\":true,\"redirect_uris\":[\"$url/login\"]}" >"$oauth")
fi
(umask 077 && cat >"$dir/drone/env") <<ENV
DRONE_SERVER_PROTO=http
DRONE_SERVER_HOST=127.0.0.1:$port
DRONE_SERVER_PORT=127.0.0.1:$port
DRONE_GITEA_SERVER=$gitea
DRONE_GITEA_CLIENT_ID=$(jq -r .client_id "$oauth")
DRONE_GITEA_CLIENT_SECRET=$(jq -r .client_secret "$oauth")
DRONE_RPC_SECRET=$(secret rpc)
DRONE_COOKIE_SECRET=$(secret drone-cookie)
DRONE_USER_CREATE=username:operator,admin:true,token:$(secret drone-token)
DRONE_DATABASE_DRIVER=sqlite3
DRONE_DATABASE_DATASOURCE=$dir/drone/drone.db
DRONE_GIT_ALWAYS_AUTH=false
DRONE_DATADOG_ENABLED=false
ENV
cd "$dir/drone"
serve drone env -i PATH="$PATH" DRONE_ENV_FILE=/dev/null bash -c 'set -a; . ./env; set +a; exec "$0"' "$drone"
ready drone "$url/healthz"
[ -e "$dir/drone/logged-in" ] && exit

"$forge/login.sh" "$dir"
touch "$dir/drone/logged-in"
