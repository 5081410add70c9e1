#!/usr/bin/env bash
# playwright.sh: the browser driver that go.mod's playwright-go expects, in the layout it reads:
# package/ (npm's playwright-core) and node. The versions must agree exactly: a driver of
# another version hangs on failures. playwright-go v0.MMPP.x goes with playwright-core 1.MM.PP.
. "${BASH_SOURCE%/*}/vars.sh"

export npm_config_cache=$CC_CI_CACHE/playwright/npm

# npm: the host's, else Debian's with its three hundred packages unpacked into a scratch folder:
# installing them would take minutes, for one download.
npm() {
  if type -P npm >/dev/null; then
    timeout 300 npm "$@"
    return
  fi
  local at=$CC_CI_CACHE/npm
  command -v apt-get >/dev/null || stop "there is no npm" "install npm, then run make again"
  mkdir -p "$at/debs/partial" "$at/root"
  timeout 300 apt-get install -qq -y --download-only --no-install-recommends \
    -o Dir::Cache::archives="$at/debs" -o Debug::NoLocking=1 npm >"$at/log" 2>&1 </dev/null || return 1
  for deb in "$at"/debs/*.deb; do dpkg-deb --fsys-tarfile "$deb" | tar -x -C "$at/root" ./usr/share/nodejs 2>/dev/null || true; done
  NODE_PATH=$at/root/usr/share/nodejs timeout 300 node "$at/root/usr/share/nodejs/npm/bin/npm-cli.js" "$@"
  rm -rf "$at"
}

go_version=$(awk '$1 ~ /playwright-go$/ { print $2; exit }' "$root/go/go.mod")
[ -n "$go_version" ] || go_version=v0.6000.0
digits=${go_version#v0.}
digits=${digits%%.*}
version=1.$((digits / 100)).$((digits % 100))
driver=$CC_CI_CACHE/playwright/$version
if ! [ -e "$driver/node" ]; then
  say "installing playwright-core $version from npm"
  rm -rf "$driver.new" && mkdir -p "$driver.new"
  (cd "$driver.new" && npm install --ignore-scripts --no-audit --no-fund --silent --fetch-timeout=60000 --prefix . "playwright-core@$version" >&2 </dev/null) ||
    stop "npm could not install playwright-core $version" "see npm's message above"
  mv "$driver.new/node_modules/playwright-core" "$driver.new/package"
  rm -rf "$driver" "$driver.new/node_modules" "$driver.new"/package*.json
  mv "$driver.new" "$driver"
  ln -s "$(command -v node)" "$driver/node"
fi
ln -sfn "$driver" "$CC_CI_CACHE/playwright/driver"
