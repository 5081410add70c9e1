#!/usr/bin/env bash
# npm.sh PACKAGE VERSION FOLDER: put one npm package at FOLDER/package, unless it is there already.
# Nothing that the package says is run (--ignore-scripts), and what it depends on is not kept.
. "${BASH_SOURCE%/*}/vars.sh"

package=$1 version=$2 folder=$3
[ ! -e "$folder/package" ] || exit 0
export npm_config_cache=$CC_CI_CACHE/npm/cache

# npm: the host's, else Debian's with its three hundred packages unpacked into a scratch folder:
# installing them would take minutes, for one download.
npm() {
  if type -P npm >/dev/null; then
    timeout 300 npm "$@"
    return
  fi
  command -v apt-get >/dev/null || stop "there is no npm" "install npm, then run make again"
  local at status=0
  mkdir -p "$CC_CI_CACHE/npm"
  at=$(mktemp -d "$CC_CI_CACHE/npm/unpacked-XXXXXX")
  unpacked "$at" "$@" || status=$?
  rm -rf "$at"
  return "$status"
}

unpacked() {
  local at=$1
  shift
  mkdir -p "$at/debs/partial" "$at/root"
  timeout 300 apt-get install -qq -y --download-only --no-install-recommends \
    -o Dir::Cache::archives="$at/debs" -o Debug::NoLocking=1 npm >"$at/log" 2>&1 </dev/null || return 1
  for deb in "$at"/debs/*.deb; do dpkg-deb --fsys-tarfile "$deb" | tar -x -C "$at/root" ./usr/share/nodejs 2>/dev/null || true; done
  NODE_PATH=$at/root/usr/share/nodejs timeout 300 node "$at/root/usr/share/nodejs/npm/bin/npm-cli.js" "$@"
}

say "installing $package $version from npm"
rm -rf "$folder.new" && mkdir -p "$folder.new"
(cd "$folder.new" && tries 3 npm install --ignore-scripts --no-audit --no-fund --silent --fetch-timeout=60000 --prefix . "$package@$version" >&2 </dev/null) ||
  stop "npm could not install $package $version" "see npm's message above"
mv "$folder.new/node_modules/$package" "$folder.new/package"
rm -rf "$folder" "$folder.new/node_modules" "$folder.new"/package*.json
mv "$folder.new" "$folder"
