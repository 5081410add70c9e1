#!/usr/bin/env bash
# login.sh DIR: log the account `operator` of the Gitea of DIR in to its Drone, as a browser would: log in at Gitea, ask
# Drone, say yes to Gitea's question, bring the answer back. Drone can activate a repository only for somebody who did.
# DIR/gitea/url and DIR/drone/url have the addresses, DIR/secrets/operator the password; the token that Drone
# gives this user goes to DIR/secrets/operator-drone-token.
. "${BASH_SOURCE%/*}/vars.sh"

dir=$(realpath -m "$1")
gitea=$(cat "$dir/gitea/url") url=$(cat "$dir/drone/url")
mkdir -p "$dir/drone"
jar=$dir/secrets/cookies
web() { curl -sS -m 30 -b "$jar" -c "$jar" "$@"; }
location() { web -o "$dir/drone/page" -w '%{redirect_url}' "$@"; }
location "$gitea/user/login" --data-urlencode user_name=operator --data-urlencode "password@$dir/secrets/operator" >"$dir/drone/step"
ask=$(location "$url/login")
back=$(location "$ask")
if [ -z "$back" ]; then
  field() { sed -n "s/.*name=\"$1\" value=\"\([^\"]*\)\".*/\1/p" "$dir/drone/page" | head -n 1 | sed 's/&amp;/\&/g; s/&#43;/+/g'; }
  back=$(location "$gitea/login/oauth/grant" --data-urlencode granted=true --data-urlencode "client_id=$(field client_id)" \
    --data-urlencode "state=$(field state)" --data-urlencode "scope=$(field scope)" --data-urlencode "nonce=$(field nonce)" \
    --data-urlencode "redirect_uri=$(field redirect_uri)")
fi
location "$back" >"$dir/drone/step"
[ "$(cat "$dir/drone/step")" != "$url/" ] || (umask 077 && web -X POST "$url/api/user/token" | jq -r .token >"$dir/secrets/operator-drone-token")
rm -f "$jar"
[ "$(cat "$dir/drone/step")" = "$url/" ] || stop "Drone did not accept the login through Gitea (it said $(cat "$dir/drone/step"))" "see $dir/drone/log and $dir/drone/page"
