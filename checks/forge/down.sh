#!/usr/bin/env bash
# down.sh DIR: end the servers of DIR and remove the folder.
. "${BASH_SOURCE%/*}/vars.sh"

dir=$(realpath -m "$1")
for server in runner drone gitea; do halt "$server"; done
rm -rf "$dir"
