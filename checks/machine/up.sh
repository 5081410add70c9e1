#!/usr/bin/env bash
# up.sh demo | test | tools: bring this machine to where the demo, the tests, or only Nix and Go
# can run. Every step inspects and acts only if needed, so a second call takes a second.
. "${BASH_SOURCE%/*}/vars.sh"

exec 9>"$CC_CI_CACHE/lock"
flock -w 3600 9 || stop "another set-up has held $CC_CI_CACHE/lock for an hour" "end it"
"$machine/packages.sh"
"$machine/go.sh"
"$machine/nix.sh"
[ "$1" != tools ] || exit 0

"$machine/playwright.sh"
"$machine/certs.sh"
"$machine/dockerd.sh" up
"$machine/swarm.sh"
"$machine/programs.sh"
case $1 in
  demo) images=(demo) router=demo ;;
  test) images=(demo nginx) router=traefik ;;
esac
for name in "${images[@]}"; do
  [ ! -e "$root/checks/images/$name.sh" ] || "$root/checks/images/build.sh" "$name"
done
"$machine/router.sh" "$router"
"$machine/site.sh"
