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
if ! [ -e "$driver/node" ]; then
  say "installing playwright-core $version from npm"
  rm -rf "$driver.new" && mkdir -p "$driver.new"
  (cd "$driver.new" && timeout 300 npm install --ignore-scripts --no-audit --no-fund --silent --prefix . "playwright-core@$version" >&2 </dev/null) ||
    stop "npm could not install playwright-core $version" "see npm's message above"
  mv "$driver.new/node_modules/playwright-core" "$driver.new/package"
  rm -rf "$driver" "$driver.new/node_modules" "$driver.new"/package*.json
  mv "$driver.new" "$driver"
  ln -s "$(command -v node)" "$driver/node"
fi
ln -sfn "$driver" "$CC_CI_CACHE/playwright/driver"
