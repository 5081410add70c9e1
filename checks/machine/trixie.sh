# shellcheck shell=bash
# Sourced after vars.sh: run single programs of Debian trixie beside an older Debian, unpacked
# into a folder of the cache and never installed.

# trixie_unpack NAME PACKAGE: PACKAGE and what it depends on into $CC_CI_CACHE/trixie/NAME.
trixie_unpack() {
  local to=$CC_CI_CACHE/trixie/$1 mirror
  command -v mmdebstrap patchelf >/dev/null || stop "no suitable $1 and no mmdebstrap to fetch one" "install $1 by hand"
  mirror=$(debian_mirror)
  say "unpacking $2 of Debian trixie beside the system ($to)"
  mkdir -p "$(dirname "$to")"
  unpack() { rm -rf "$to" && timeout 600 mmdebstrap --quiet --variant=extract --include="$1" --mode=root trixie "$to" "$mirror" >&2 </dev/null; }
  tries 3 unpack "$2" ||
    stop "could not unpack $2 of Debian trixie" "install $1 by hand"
}

# trixie_patch NAME PROGRAM [LIBDIR]: make NAME's PROGRAM load its own libraries. The path is
# a DT_RPATH (not RUNPATH), so that libraries of libraries resolve too; children don't inherit it.
trixie_patch() {
  local to=$CC_CI_CACHE/trixie/$1 lib
  lib=$to/usr/lib/x86_64-linux-gnu
  patchelf --set-interpreter "$lib/ld-linux-x86-64.so.2" --force-rpath --set-rpath "$lib${3:+:$to/$3}" "$to/$2"
}

# debian_mirror: the mirror that this machine's own apt uses.
debian_mirror() {
  # shellcheck disable=SC2016 # apt fills these in
  apt-get indextargets --format '$(REPO_URI) $(ORIGIN)' 2>/dev/null | awk '$2 == "Debian" && !/security/ { print $1; exit }'
}
