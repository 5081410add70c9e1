#!/usr/bin/env bash
# forge.sh SECRETS PROJECT: make the Gitea of the VM check what an operator and an organisation make theirs: accounts, tokens,
# mirror of custom-html, the project with its recipes, and the project's activation in Drone. With the functions that the
# forge of `make test-forge` is made with.
dir=/run/cc-ci-forge secrets=$1 project=$2
mkdir -p -m 700 "$dir/gitea" "$dir/drone" "$dir/secrets"
echo http://127.0.0.1:3001 >"$dir/gitea/url"
echo "https://drone.ci.cc-ci.test" >"$dir/drone/url"
. "$project/checks/forge/vars.sh"

gitea() { (cd /var/lib/gitea && runuser -u gitea -- env GITEA_WORK_DIR=/var/lib/gitea gitea admin user "$@"); }
token() { gitea generate-access-token --username "$1" --token-name "$2" --scopes "$3" --raw | grep -xE '[0-9a-f]{40}'; }
gitea create --admin --username operator --email operator@forge.test --must-change-password=false --random-password >"$dir/last"
gitea create --username ci-bot --email ci-bot@forge.test --must-change-password=false --random-password >"$dir/last"
umask 077
token operator all all >"$dir/secrets/operator-token"
cp "$dir/secrets/operator-token" "$secrets/operator-token"
token ci-bot bridge read:organization,read:repository,write:issue >"$secrets/forge-token"
token ci-bot application write:user >"$secrets/forge-application-token"
api PATCH /admin/users/operator - <<<"{\"source_id\":0,\"login_name\":\"operator\",\"password\":\"$(secret operator)\"}" >"$dir/last"

api POST /orgs '{"username":"recipes","visibility":"public"}' >"$dir/last"
team=$(api POST /orgs/recipes/teams '{"name":"readers","permission":"read","includes_all_repositories":true,"units":["repo.code","repo.issues","repo.pulls"]}' | jq .id)
api PUT "/teams/$team/members/ci-bot" >"$dir/last"

systemctl restart cc-ci-drone-oauth.service drone-server.service
ready drone "$(cat "$dir/drone/url")/healthz"
"$project/checks/forge/login.sh" "$dir"
cp "$dir/secrets/operator-drone-token" "$dir/secrets/drone-token" # the bot, Drone's admin, can't activate: it never logs in
"$project/checks/forge/project.sh" "$dir" cc-ci "$project"
api POST /orgs/recipes/repos '{"name":"custom-html","default_branch":"main"}' >"$dir/last"
source=$(jq -r .backup.recipe.source /etc/cc-ci/server.json)
git clone --quiet --bare "${source%/*}/custom-html.git" "$dir/custom-html"
export GIT_CONFIG_COUNT=1 GIT_CONFIG_KEY_0=http.extraHeader GIT_CONFIG_VALUE_0
GIT_CONFIG_VALUE_0="Authorization: token $(cat "$dir/secrets/operator-token")"
git -C "$dir/custom-html" push --quiet --mirror "$(cat "$dir/gitea/url")/recipes/custom-html.git"
