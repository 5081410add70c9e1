#!/usr/bin/env bash
# up.sh DIR [PORT]: a whole forge for tests, on 127.0.0.1 alone and in the folder DIR alone: Gitea at PORT (default:
# $CC_CI_PORT + 1000), Drone at PORT + 1, a runner of capacity 2. Running it again starts what doesn't run. End with down.sh DIR.
#
# Each part can be had by itself, for tests that set up the rest: gitea.sh DIR PORT, drone.sh DIR PORT (needs
# that Gitea), runner.sh DIR (needs that Drone), build.sh NAME (only the program's path).
#
# What is there then:
#   DIR/gitea/url DIR/drone/url         addresses
#   DIR/secrets/NAME                    password of Gitea's account NAME
#   DIR/secrets/operator-token          Gitea's site admin, all scopes
#   DIR/secrets/ci-bot-token            the bot's, with the three scopes of docs/how-to/bridge.md
#   DIR/secrets/drone-token             the operator's at Drone, where they are admin
#   DIR/{gitea,drone,runner}/{log,pid}  each server's; DIR/runner/env is what each step of a build gets
#   organisation `recipes`              members operator and ci-bot (in a team that reads) and no repository: project.sh adds one
#
# Measured on two cores: 6 s with the programs there. build.sh says how long they take.
. "${BASH_SOURCE%/*}/vars.sh"

dir=$(realpath -m "$1") port=${2:-$((CC_CI_PORT + 1000))}
mkdir -p -m 700 "$dir"
"$forge/gitea.sh" "$dir" "$port"

account() { # NAME: a user with a password, unless there is one
  api GET "/users/$1" >"$dir/last" 2>&1 && return
  api POST /admin/users - <<<"{\"username\":\"$1\",\"email\":\"$1@forge.test\",\"password\":\"$(secret "$1")\",\"must_change_password\":false}" >"$dir/last"
}

if ! [ -s "$dir/secrets/ci-bot-token" ]; then
  account ci-bot
  api GET /orgs/recipes >"$dir/last" 2>&1 || api POST /orgs '{"username":"recipes","visibility":"public"}' >"$dir/last"
  team=$(api POST /orgs/recipes/teams '{"name":"readers","permission":"read","includes_all_repositories":true,"units":["repo.code","repo.issues","repo.pulls"]}' | jq .id)
  api PUT "/teams/$team/members/ci-bot" >"$dir/last"
  echo "$team" >"$dir/readers"
  (umask 077 && curl -fsS -m 60 -K /dev/fd/5 -H 'Content-Type: application/json' \
    -d '{"name":"bridge","scopes":["read:organization","read:repository","write:issue"]}' \
    "$(cat "$dir/gitea/url")/api/v1/users/ci-bot/tokens" 5< <(printf 'user = "ci-bot:%s"\n' "$(secret ci-bot)") |
    jq -r .sha1 >"$dir/secrets/ci-bot-token")
fi
"$forge/drone.sh" "$dir" "$((port + 1))"
"$forge/runner.sh" "$dir"
