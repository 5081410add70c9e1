#!/usr/bin/env bash
# gitea.sh DIR PORT: start a Gitea on 127.0.0.1:PORT that keeps everything in DIR/gitea, with one site admin, `operator`.
# DIR/gitea/url has its address, DIR/secrets/operator a password, DIR/secrets/operator-token a token.
. "${BASH_SOURCE%/*}/vars.sh"

dir=$(realpath -m "$1") port=$2
gitea=$("$forge/build.sh" gitea)
url=http://127.0.0.1:$port
mkdir -p "$dir/gitea"
echo "$url" >"$dir/gitea/url"
(umask 077 && cat >"$dir/gitea/app.ini") <<INI
APP_NAME = forge
RUN_USER = $(id -un)
RUN_MODE = prod
WORK_PATH = $dir/gitea
I_AM_BEING_UNSAFE_RUNNING_AS_ROOT = true
[server]
HTTP_ADDR = 127.0.0.1
HTTP_PORT = $port
ROOT_URL = $url/
STATIC_ROOT_PATH = ${gitea%/*}
OFFLINE_MODE = true
DISABLE_SSH = true
LFS_START_SERVER = false
[database]
DB_TYPE = sqlite3
PATH = $dir/gitea/gitea.db
SQLITE_JOURNAL_MODE = WAL
[repository]
ROOT = $dir/gitea/repositories
DEFAULT_BRANCH = main
[security]
INSTALL_LOCK = true
SECRET_KEY = $(secret gitea-secret-key)
INTERNAL_TOKEN = $(secret gitea-internal)
; passwords here are random and live as long as the folder
PASSWORD_HASH_ALGO = pbkdf2\$1000\$20
[oauth2]
JWT_SECRET = $(secret gitea-jwt | head -c 32 | openssl base64 | tr '+/' '-_' | tr -d '=')
[service]
DISABLE_REGISTRATION = true
[mailer]
ENABLED = false
[indexer]
ISSUE_INDEXER_TYPE = db
[webhook]
ALLOWED_HOST_LIST = loopback
DELIVER_TIMEOUT = 5
[cron]
ENABLED = false
[log]
MODE = console
LEVEL = Warn
[picture]
DISABLE_GRAVATAR = true
INI

cli() { (cd "$dir/gitea" && "$gitea" --config "$dir/gitea/app.ini" "$@" 2>"$dir/gitea/cli.log"); }
if ! [ -s "$dir/secrets/operator-token" ]; then
  cli migrate >"$dir/gitea/cli.out"
  # The command takes a password as an argument alone: a random one, and the real one is set through the API below.
  cli admin user create --admin --username operator --email operator@forge.test --must-change-password=false --random-password >"$dir/gitea/cli.out"
  (umask 077 && cli admin user generate-access-token --username operator --token-name forge --scopes all --raw | grep -xE '[0-9a-f]{40}' >"$dir/secrets/operator-token")
fi
cd "$dir/gitea"
serve gitea "$gitea" web --config "$dir/gitea/app.ini"
ready gitea "$url/api/healthz"
if ! [ -e "$dir/gitea/made" ]; then
  api PATCH /admin/users/operator - <<<"{\"source_id\":0,\"login_name\":\"operator\",\"password\":\"$(secret operator)\",\"must_change_password\":false}" >"$dir/gitea/cli.out"
  touch "$dir/gitea/made"
fi
