#!/usr/bin/env bash
# playwright.sh: the browser driver that go.mod's playwright-go expects, in the layout it reads:
# package/ (npm's playwright-core) and node. The versions must agree exactly: a driver of
# another version hangs on failures. playwright-go v0.MMPP.x goes with playwright-core 1.MM.PP.
. "${BASH_SOURCE%/*}/vars.sh"

go_version=$(awk '$1 ~ /playwright-go$/ { print $2; exit }' "$root/go/go.mod")
[ -n "$go_version" ] || go_version=v0.6000.0
digits=${go_version#v0.}
digits=${digits%%.*}
version=1.$((digits / 100)).$((digits % 100))
driver=$CC_CI_CACHE/playwright/$version
"$machine/npm.sh" playwright-core "$version" "$driver"
[ -e "$driver/node" ] || ln -sfn "$(command -v node)" "$driver/node"
ln -sfn "$driver" "$CC_CI_CACHE/playwright/driver"
