#!/usr/bin/env bash
# project.sh DIR NAME FOLDER: make the public repository recipes/NAME in the forge of DIR, activate it in Drone, and push what git
# would take from FOLDER as the one commit of its main branch; Drone hears of that push. FOLDER `-`: leave the repository as it is.
. "${BASH_SOURCE%/*}/vars.sh"

dir=$(realpath -m "$1") name=$2 folder=$3
api GET "/repos/recipes/$name" >"$dir/last" 2>&1 || api POST /orgs/recipes/repos "{\"name\":\"$name\",\"default_branch\":\"main\"}" >"$dir/last"
drone_api POST '/user/repos?async=false' >"$dir/last"
drone_api POST "/repos/recipes/$name" >"$dir/last"
drone_api PATCH "/repos/recipes/$name" '{"timeout":120,"ignore_pull_requests":true}' >"$dir/last"
if [ "$folder" != - ]; then
  scratch=$(mktemp -d)
  trap 'rm -rf "$scratch"' EXIT
  # A repository of its own: the folder's may be shallow, be a work tree, or not be one at all.
  export GIT_DIR=$scratch/git GIT_CONFIG_GLOBAL=/dev/null GIT_AUTHOR_NAME=forge GIT_AUTHOR_EMAIL=forge@localhost GIT_COMMITTER_NAME=forge GIT_COMMITTER_EMAIL=forge@localhost
  export GIT_CONFIG_COUNT=1 GIT_CONFIG_KEY_0=http.extraHeader GIT_CONFIG_VALUE_0
  GIT_CONFIG_VALUE_0="Authorization: token $(cat "$dir/secrets/operator-token")"
  git init --quiet --initial-branch=main
  git --work-tree="$folder" add --all
  git --work-tree="$folder" commit --quiet --message=project
  timeout 60 git push --quiet --force "$(cat "$dir/gitea/url")/recipes/$name.git" main
fi
