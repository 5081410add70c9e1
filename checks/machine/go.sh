#!/usr/bin/env bash
# go.sh: the Go that go/go.mod asks for, as $CC_CI_CACHE/bin/go.
#
# The host's where it is new enough, or can become so by itself. Otherwise Debian trixie's Go
# is unpacked into the cache, and it fetches the one asked for as a module.
. "${BASH_SOURCE%/*}/vars.sh"
. "$machine/trixie.sh"

want=$(awk '$1 == "go" { print $2; exit }' "$root/go/go.mod")
link=$CC_CI_CACHE/bin/go
enough() { printf '%s\n' "go$want" "$("$1" env GOVERSION)" | sort -VC; }

if [ -x "$link" ] && enough "$link"; then exit 0; fi
rm -f "$link"
if host=$(command -v go) && (cd "$root/go" && enough "$host" 2>/dev/null); then
  ln -s "$(cd "$root/go" && "$host" env GOROOT)/bin/go" "$link"
  exit 0
fi
prefix=$CC_CI_CACHE/trixie/go
[ -d "$prefix" ] || trixie_unpack go golang-go
boot=$(echo "$prefix"/usr/lib/go-*)
"$boot/bin/go" version >/dev/null 2>&1 || trixie_patch go "${boot#"$prefix/"}/bin/go"
say "fetching Go $want"
goroot=$(cd / && tries 3 env GOROOT="$boot" GOTOOLCHAIN="go$want" timeout 600 "$boot/bin/go" env GOROOT) ||
  stop "could not fetch Go $want" "install Go $want or newer by hand"
ln -s "$goroot/bin/go" "$link"
ln -sf "$goroot/bin/gofmt" "$CC_CI_CACHE/bin/gofmt"
