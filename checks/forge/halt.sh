#!/usr/bin/env bash
# halt.sh DIR NAME [SIGNAL]: end one server of DIR (gitea, drone, runner) with a signal, TERM unless given; the others stay.
# Its script starts it again.
. "${BASH_SOURCE%/*}/vars.sh"

dir=$(realpath -m "$1")
halt "$2" "${3:-TERM}"
