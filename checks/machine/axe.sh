#!/usr/bin/env bash
# axe.sh: axe-core, which looks for what keeps people from using a page; for the tests alone.
. "${BASH_SOURCE%/*}/vars.sh"

version=4.14.1
"$machine/npm.sh" axe-core $version "$CC_CI_CACHE/axe/$version"
ln -sfn "$version/package/axe.min.js" "$CC_CI_CACHE/axe/axe.js"
