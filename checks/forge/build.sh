#!/usr/bin/env bash
# build.sh gitea | drone | runner: compile one from its Go modules, unless it is there, and print its path. `all`: each, printing nothing.
#
# Programs lie in $CC_CI_CACHE/forge, keyed by version, recipe and Go's version. With a cold cache Gitea takes 12 and
# Drone 7 minutes on two busy cores; CGO for SQLite. Modules come through Go's own proxy and checksum database.
. "${BASH_SOURCE%/*}/vars.sh"

# Gitea: `go install` refuses a module with replace lines, so it is built in its own folder, with a copy of its go.mod.
# The version is stamped in: the Gitea SDK can't read "development".
gitea() {
  local source
  source=$(cd / && go mod download -json "code.gitea.io/gitea@v$gitea_version" | jq -r .Dir)
  cp --no-preserve=mode "$source"/go.{mod,sum} "$scratch"
  (cd "$source" && nice go build -trimpath -modfile="$scratch/go.mod" -tags 'sqlite sqlite_unlock_notify' \
    -ldflags "-s -w -X main.Version=$gitea_version" -o "$scratch/out/gitea" .)
  # What it reads at run time; its pages' scripts and styles are no part of the module.
  cp -r --no-preserve=mode "$source"/{templates,options} "$scratch/out"
  mkdir -p "$scratch/out/public/assets/.vite"
  echo '{}' >"$scratch/out/public/assets/.vite/manifest.json"
}

# Drone: its own two replacements, and an empty module for one whose address is gone. The edition without the tag
# `oss`: the other has no interface for runners.
drone() {
  local source
  source=$(cd / && go mod download -json "github.com/drone/drone@v$drone_version" | jq -r .Dir)
  mkdir -p "$scratch/empty"
  echo 'module docker.io/go-docker' >"$scratch/empty/go.mod"
  {
    printf 'module build\ngo 1.26\nrequire github.com/drone/drone v%s\n' "$drone_version"
    grep '^replace' "$source/go.mod"
    echo 'replace docker.io/go-docker => ./empty'
  } >"$scratch/go.mod"
  (cd "$scratch" && nice go build -mod=mod -trimpath -tags nolimit -ldflags '-s -w' -o out/drone github.com/drone/drone/cmd/drone-server)
}

runner() { nice go -C "$forge/runner" build -trimpath -o "$scratch/out/runner" .; }

name=$1
case $name in
  all)
    for name in gitea drone runner; do "$0" "$name" >/dev/null; done
    exit
    ;;
  gitea) version=$gitea_version key=$(declare -f gitea) ;;
  drone) version=$drone_version key=$(declare -f drone) ;;
  runner) version=ours key=$(cat "$forge"/runner/*.go "$forge"/runner/go.*) ;;
  *) echo "usage: build.sh gitea | drone | runner" >&2; exit 2 ;;
esac
to=$programs/$name-$version-$({ echo "$key"; go env GOVERSION; } | sha256sum | cut -c1-12)

mkdir -p "$programs"
exec 8>"$programs/.$name.lock"
flock -w 3600 8 || stop "another build of $name has run for an hour" "end it"
if ! [ -x "$to/$name" ]; then
  say "compiling $name $version (log $programs/$name.log)"
  scratch=$(mktemp -d)
  trap 'rm -rf "$scratch"' EXIT
  mkdir "$scratch/out"
  # Where one of its steps fails, the function goes on: what it leaves is what counts.
  compiled() { "$name" && [ -x "$scratch/out/$name" ]; }
  GOWORK=off GOFLAGS= tries 3 compiled >"$programs/$name.log" 2>&1 8>&- || {
    tail -n 20 "$programs/$name.log" >&2
    stop "$name $version did not compile" "see above; all of it: $programs/$name.log"
  }
  rm -rf "$to"
  cp -r "$scratch/out" "$to.partial"
  mv -T "$to.partial" "$to"
fi
echo "$to/$name"
