#!/usr/bin/env bash
# mkrepo.sh NAME OUT: make the git repository OUT of the recipe NAME.
#
# Each folder NAME/<version> becomes a commit with an annotated tag, in version
# order; NAME/main, where there is one, becomes the untagged head of main.
# What all versions have alike lies in NAME/base, under them; @VERSION@ in its compose files is theirs, @APP@ what
# of it stands behind the +.
# NAME/stand-in, where there is one, lies in each of them as .cc-ci-stand-in; a version that NAME/lightweight
# lists gets a lightweight tag. Authors and dates are fixed, so the same folders give the same commits on every
# machine. An OUT that is up to date is left alone; an older one is replaced as a whole.
set -euo pipefail

[ $# = 2 ] || { echo "usage: mkrepo.sh NAME OUT" >&2; exit 2; }
name=$1 out=$(realpath -m "$2")
cd "$(dirname "$(realpath "$0")")"
[ -d "$name" ] || { echo "mkrepo.sh: $name: expected one of:" */ >&2; exit 2; }


source=$({ cat mkrepo.sh; find "$name" -type f -printf '%p %m\n' -o -type l -printf '%p -> %l\n' | sort
  find -L "$name" -type f -print0 | sort -z | xargs -0 sha256sum; } | sha256sum)
[ "$(cat "$out/.git/made-from" 2>/dev/null)" != "$source" ] || exit 0

mkdir -p "$(dirname "$out")"
new=$(mktemp -d "$out.XXXXXX")
tree=$(mktemp -d)
trap 'rm -rf "$new" "$tree"' EXIT

# The machine's own git settings (signing, hooks, default branch) must not change a commit.
export GIT_CONFIG_GLOBAL=/dev/null GIT_CONFIG_SYSTEM=/dev/null
export GIT_AUTHOR_NAME=cc-ci GIT_AUTHOR_EMAIL=cc-ci@localhost GIT_COMMITTER_NAME=cc-ci GIT_COMMITTER_EMAIL=cc-ci@localhost
git init --quiet --initial-branch=main "$new"
export GIT_DIR=$new/.git

day=0
commit() { # FOLDER MESSAGE
  day=$((day + 1))
  GIT_AUTHOR_DATE="$((1767225600 + day * 86400)) +0000" # days of January 2026
  export GIT_AUTHOR_DATE GIT_COMMITTER_DATE=$GIT_AUTHOR_DATE
  rm -rf "$tree"
  mkdir "$tree"
  [ ! -d "$name/base" ] || cp -rL "$name/base/." "$tree/"
  local version=${1##*/}
  [ ! -d "$name/base" ] || sed -i "s/@VERSION@/$version/; s/@APP@/${version##*+}/" "$tree"/compose*.yml
  cp -r "$1/." "$tree/"
  git --work-tree="$tree" add --all --force
  if [ -e "$name/stand-in" ]; then
    git update-index --add --cacheinfo "100644,$(git hash-object -w --no-filters "$name/stand-in"),.cc-ci-stand-in"
  fi
  git --work-tree="$tree" commit --quiet --message="$2"
}

while read -r version; do
  commit "$name/$version" "chore: publish $version release"
  if grep -qxF "$version" "$name/lightweight" 2>/dev/null; then
    git tag "$version"
  else
    git tag --annotate --message="chore: publish $version release" "$version"
  fi
done < <(find "$name" -mindepth 1 -maxdepth 1 -type d ! -name main ! -name base -printf '%f\n' | sort --version-sort)
[ ! -d "$name/main" ] || commit "$name/main" "feat: prepare the next release"

git --work-tree="$new" checkout --quiet --force main
echo "$source" >"$new/.git/made-from"
chmod 755 "$new" # mktemp makes it private; another user's clone must be able to read it
rm -rf "$out"
mv -T "$new" "$out"
