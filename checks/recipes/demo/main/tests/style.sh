#!/bin/sh
# The login page's style sheet is there and says that it is one.
set -eu
kind=$(curl --silent --show-error --fail --max-time 10 --output /dev/null --write-out '%{content_type}' "$CC_CI_BASE_URL/pages/style.css")
echo "style.css: $kind"
case $kind in text/css*) ;; *) exit 1 ;; esac
