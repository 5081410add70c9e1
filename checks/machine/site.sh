#!/usr/bin/env bash
# site.sh: write this machine's site file (go/internal/site) to $clone/site.json, and link it
# as $CC_CI_CACHE/site.json. What recipes don't know of this machine stands there as overrides.
. "${BASH_SOURCE%/*}/vars.sh"

has_ipvs() { [ -d /proc/sys/net/ipv4/vs ] || modprobe -n ip_vs 2>/dev/null; }
if has_ipvs; then ipvs=true; else ipvs=false; fi
# Image scripts name the images they stand for: lines of "FROM TO".
replaced=$(awk 'FNR == 1 { tag = "" } FILENAME ~ /(build|rootfs).sh$/ { nextfile }
  $1 == "#" && $2 == "image:" { tag = $3 }
  $1 == "#" && $2 == "replaces:" { for (i = 3; i <= NF; i++) print $i, tag }' "$root"/checks/images/*.sh)
locks=$CC_CI_CACHE/locks # as machine-wide as the engine is
[ "$CC_CI_DOCKER" = own ] || locks=/run/lock/cc-ci
abra=$(command -v abra || true)
[ -x "$clone/bin/abra-standin" ] && abra=$clone/bin/abra-standin
jq -n --arg domain "$domain" --arg docker "unix://$socket" --arg cache "$CC_CI_CACHE" \
  --arg port "$CC_CI_PORT" --arg router "$(cat "$CC_CI_CACHE/router/name")" --arg abra "$abra" \
  --arg node "$(command -v node)" --arg locks "$locks" --argjson recipes "$("$machine/recipes.sh")" --argjson ipvs "$ipvs" --arg replaced "$replaced" '
  ($replaced | split("\n") | map(split(" ") | { (.[0]): .[1] }) | add // {}) as $images | {
    domain: $domain, docker: $docker, network: "proxy", maxTests: 2,
    state: "\($cache)/state", locks: $locks, abra: $abra,
    router: { address: "127.0.0.1:\($port)", name: $router }, ca: "\($cache)/certs/ca.pem",
    browser: { chromium: "/usr/lib/chromium/chromium-headless-shell", driver: "\($cache)/playwright/driver", node: $node },
    sources: $recipes.sources, standIns: $recipes.standIns,
    overrides: [
      (select($ipvs | not) | { name: "no-ipvs", endpointMode: "dnsrr",
        reason: "the kernel has no IPVS, so services have no virtual address" }),
      { name: "fast-health", healthInterval: "1s",
        reason: "an engine before 25 waits a whole interval before the first health check" },
      (select($images != {}) | { name: "local-images", images: $images,
        reason: "no registry is needed: images are built here from packages" }),
      { name: "own-hosts", routerService: "traefik_app",
        reason: "no DNS has the apps\u0027 hosts, and a test CA signed their certificate" }
    ] }' >"$clone/site.json.new"
mv "$clone/site.json.new" "$clone/site.json"
ln -sfn "$clone/site.json" "$CC_CI_CACHE/site.json"
mkdir -p "$CC_CI_CACHE/state" "$locks"
