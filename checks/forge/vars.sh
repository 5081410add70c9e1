# shellcheck shell=bash disable=SC2034 # variables are for the scripts that source this
# Sourced first by every script here. $dir is the folder of one forge: all that its servers keep.
. "${BASH_SOURCE[0]%/*}/../machine/vars.sh"

forge=$root/checks/forge
programs=$CC_CI_CACHE/forge
gitea_version=1.26.1
drone_version=1.10.1

# serve NAME PROGRAM ARGUMENTS...: start a server of $dir, detached, unless it runs. Its log and process id lie in $dir/NAME.
serve() {
  local name=$1
  shift
  ! alive "$name" || return 0
  mkdir -p "$dir/$name"
  setsid "$@" </dev/null >>"$dir/$name/log" 2>&1 9>&- &
  echo $! >"$dir/$name/pid"
  disown
}

# alive NAME: whether the server runs; a process id that now is another program's counts as dead.
alive() {
  local pid
  pid=$(cat "$dir/$1/pid" 2>/dev/null) && [ "$(readlink "/proc/$pid/cwd")" = "$dir/$1" ] && [ -e "/proc/$pid/exe" ]
}

# halt NAME [SIGNAL]: end a server; SIGKILL after 20 s.
halt() {
  alive "$1" || return 0
  local pid server=$1
  pid=$(cat "$dir/$server/pid")
  kill "-${2:-TERM}" "$pid" 2>/dev/null || true
  dead() { ! alive "$server"; }
  within 20 dead || kill -KILL "$pid" 2>/dev/null || true
}

# ready NAME URL: wait until the server answers there with 200.
ready() {
  within 60 curl -fsS -m 5 -o "$dir/$1/ready" "$2" && return
  tail -n 20 "$dir/$1/log" >&2
  stop "$1 did not answer at $2 within 60 s" "read $dir/$1/log"
}

# secret NAME: print $dir/secrets/NAME, made at first.
secret() {
  local file=$dir/secrets/$1
  if ! [ -s "$file" ]; then
    mkdir -p -m 700 "$dir/secrets"
    (umask 077 && printf %s "$(openssl rand -hex 20)" >"$file")
  fi
  cat "$file"
}

# ask SCHEME TOKEN METHOD URL [JSON]: a request with a token, which no list of processes shows; so JSON may hold
# secrets too where it is - and comes in at standard input.
ask() {
  curl -fsS -m 60 -X "$3" -K /dev/fd/5 -H 'Content-Type: application/json' ${5:+--data-binary "${5/#-/@-}"} "$4" \
    5< <(printf 'header = "Authorization: %s %s"\n' "$1" "$(cat "$dir/secrets/$2")")
}
api() { ask token operator-token "$1" "$(cat "$dir/gitea/url")/api/v1$2" "${@:3}"; }
drone_api() { ask Bearer drone-token "$1" "$(cat "$dir/drone/url")/api$2" "${@:3}"; }
