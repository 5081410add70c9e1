#!/usr/bin/env bash
# site.sh: write this machine's site file (go/internal/site) to $clone/site.json, and link it
# as $CC_CI_CACHE/site.json. What recipes don't know of this machine stands there as overrides.
. "$(dirname "$0")/vars.sh"

has_ipvs() { [ -d /proc/sys/net/ipv4/vs ] || modprobe -n ip_vs 2>/dev/null; }
overrides='[]'
add() { overrides=$(jq -c --argjson o "$1" '. + [$o]' <<<"$overrides"); }
has_ipvs || add '{"name":"no-ipvs","endpointMode":"dnsrr","reason":"the kernel has no IPVS, so services have no virtual address"}'
add '{"name":"fast-health","healthInterval":"1s","reason":"an engine before 25 waits a whole interval before the first health check"}'
images=$(for script in "$root"/checks/images/*.sh; do
  case $script in */build.sh | */rootfs.sh) continue ;; esac
  tag=$(sed -n 's/^# image: *\([^ ]*\).*/\1/p' "$script")
  read -ra replaced <<<"$(sed -n 's/^# replaces: *//p' "$script")"
  for from in "${replaced[@]}"; do printf '%s %s\n' "$from" "${tag%%$'\n'*}"; done
done | jq -Rnc '[inputs / " " | {(.[0]): .[1]}] | add // {}')
[ "$images" = '{}' ] ||
  add "$(jq -nc --argjson i "$images" '{name: "local-images", images: $i, reason: "no registry: images are built here from Debian packages"}')"

locks=$CC_CI_CACHE/locks # as machine-wide as the engine is
[ "$CC_CI_DOCKER" = own ] || locks=/run/lock/cc-ci
abra=$(command -v abra || true)
[ -x "$clone/bin/abra-standin" ] && abra=$clone/bin/abra-standin
jq -n --arg domain "$domain" --arg docker "unix://$socket" --arg cache "$CC_CI_CACHE" \
  --arg port "$CC_CI_PORT" --arg router "$(cat "$CC_CI_CACHE/router/name")" --arg abra "$abra" \
  --arg node "$(command -v node)" --arg locks "$locks" --argjson sources "$("$machine/recipes.sh")" --argjson overrides "$overrides" '{
    domain: $domain, docker: $docker, network: "proxy", maxTests: 2,
    state: "\($cache)/state", locks: $locks, abra: $abra,
    router: { address: "127.0.0.1:\($port)", name: $router }, ca: "\($cache)/certs/ca.pem",
    browser: { chromium: "/usr/lib/chromium/chromium-headless-shell", driver: "\($cache)/playwright/driver", node: $node },
    sources: $sources, overrides: $overrides }' >"$clone/site.json.new"
mv "$clone/site.json.new" "$clone/site.json"
ln -sfn "$clone/site.json" "$CC_CI_CACHE/site.json"
mkdir -p "$CC_CI_CACHE/state" "$locks"
