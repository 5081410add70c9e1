#!/usr/bin/env bash
# comment.sh FORGE TOKEN-FILE OWNER/REPO BOT [SECONDS]: from a comment to a verdict. Opens a pull request as the token's user, comments
# `!testme`, and waits for the bot's answer to become GREEN (default: 1800 s).
#
# The token must be a member's, who may push to the repository. It is in no list of processes.
set -euo pipefail

forge=$1 token=$2 repo=$3 bot=$4 limit=${5:-1800}
branch=e2e-$$-$(date +%s)

# api METHOD PATH [JSON]
api() {
  curl -fsS -m 60 -X "$1" -K /dev/fd/5 -H 'Content-Type: application/json' ${3:+--data-binary "$3"} "$forge/api/v1$2" \
    5< <(printf 'header = "Authorization: token %s"\n' "$(cat "$token")")
}

api POST "/repos/$repo/contents/$branch.txt" "$(jq -n --arg branch "$branch" '{ branch: "main", new_branch: $branch, content: ("e2e\n" | @base64) }')" >/dev/null
# Gitea knows a pushed branch only after a moment.
for _ in {1..30}; do
  pull=$(api POST "/repos/$repo/pulls" "$(jq -n --arg branch "$branch" '{ base: "main", head: $branch, title: $branch }')" 2>/dev/null | jq .number) && [ -n "$pull" ] && break
  sleep 1
done
[ -n "${pull:-}" ] || { echo "no pull request for $branch within 30 s"; exit 1; }
sleep 1 # the forge's clock has whole seconds: the comment must be later than the push (T6)
api POST "/repos/$repo/issues/$pull/comments" '{"body":"!testme"}' >/dev/null

answers() { api GET "/repos/$repo/issues/$pull/comments" | jq -r --arg bot "$bot" '.[] | select(.user.login == $bot) | .body'; }
end=$((SECONDS + limit))
until text=$(answers) && grep -q '\*\*GREEN' <<<"$text"; do
  case $text in *"**RED"* | *"**ERROR"*) echo "$text"; exit 1 ;; esac
  [ $SECONDS -lt $end ] || { printf 'no verdict within %s s; the answer is:\n%s\n' "$limit" "$text"; exit 1; }
  sleep 2 # the forge tells of nothing
done
[ "$(api GET "/repos/$repo/issues/$pull/comments" | jq --arg bot "$bot" '[.[] | select(.user.login == $bot)] | length')" = 1 ] ||
  { echo "expected one answer that was edited (T8), found more"; exit 1; }
echo "green: $forge/$repo/pulls/$pull"
