#!/usr/bin/env bash
# down.sh DIR: end the servers of DIR, and bridges that tests of it left when they were killed, and remove the folder.
. "${BASH_SOURCE%/*}/vars.sh"

dir=$(realpath -m "$1")
{ grep -lsazF "$dir/locks" /proc/[0-9]*/cmdline || true; } | cut -d/ -f3 | xargs -r kill 2>/dev/null || true
for server in runner drone gitea; do halt "$server"; done
rm -rf "$dir"
