#!/usr/bin/env bash
# install-walk.sh: walk through docs/install.md. In a scratch copy of this repository, with a host's key and tokens made up, it
# runs every block that begins with "# on your machine", in order, and ends with the built system of the first installation.
# What needs a host or a network is named, not run; a block that belongs nowhere is an error.
set -euo pipefail
root=$(cd "$(dirname "$0")/.." && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
clone=$work/cc-ci

mkdir "$clone"
(cd "$root" && git ls-files -z --cached --others --exclude-standard | xargs -0 cp --parents --no-dereference -t "$clone")
cd "$clone"
git init --quiet
git config user.name walk && git config user.email walk@localhost
git add --all && git commit --quiet --message=project

# What an operator brings.
ssh-keygen -q -t ed25519 -N '' -f "$work/host"
head -c 20 /dev/urandom | od -An -tx1 | tr -d ' \n' | tee "$work/token" >"$work/application-token"
echo '{ "auths": { "registry.example.org": { "username": "reader", "password": "made up" } } }' >"$work/config.json"
export HOST=host.example.org RECOVERY=$work/recovery.txt FORGE_TOKEN=$work/token FORGE_APPLICATION_TOKEN=$work/application-token REGISTRY_AUTH=$work/config.json DRONE_RPC=$work/drone-rpc UPLOAD_KEY=$work/upload-key

# nix, with the stand-in for nixpkgs in this copy.
nix() {
  case ${1:-} in
    run | build | eval) command nix "$1" --override-input nixpkgs "path:$clone/checks/fixture" --no-write-lock-file "${@:2}" ;;
    flake) command nix flake "$2" --override-input nixpkgs "path:$clone/checks/fixture" --no-write-lock-file "${@:3}" ;;
  esac
}

# step COMMAND: run it, or say why it can't be here.
step() {
  case $1 in
    ssh-keyscan*) cp "$work/host.pub" host.pub && echo "stand-in: $1: the key of a made-up host" ;;
    nixos-rebuild*) echo "not run: $1" ;;
    "nix flake init "*) (mkdir "$work/own" && cd "$work/own" && command nix flake init -t "path:$clone#server" && ls flake.nix server.nix hardware.nix) ;;
    "nix flake check"*) echo "not run: $1: an entry of its own" ;;
    *) echo "\$ $1" && eval "$1" ;;
  esac
}

blocks=0
while IFS=$'\t' read -r kind text; do
  case $kind in
    machine) step "$text" || { echo "docs/install.md: failed: $text"; exit 1; } ;;
    host) bash -n <<<"$text" && echo "not run: on the host: $text" ;;
    nix) # the lines for the host's file: the walk's own values in place of the dots
      sed -i '$d' modules/hosts/cc-ci/default.nix
      printf '%s\n' "${text//\"...\"/\"1.0.0+1.0.0\"}" >>modules/hosts/cc-ci/default.nix
      echo '}' >>modules/hosts/cc-ci/default.nix ;;
    block) blocks=$((blocks + 1)) ;;
    *) echo "docs/install.md: $text: expected \"# on your machine\" or \"# on the host\" as the first line of a block"; exit 1 ;;
  esac
done < <(awk '
  /^```/ { inside = !inside; info = substr($0, 4); first = 1; if (inside) print "block\t"; next }
  !inside { next }
  info == "nixos" { print "nix\t" $0; next }
  info != "sh" { next }
  first { first = 0; where = $0 == "# on your machine" ? "machine" : $0 == "# on the host" ? "host" : "nowhere"; if (where == "nowhere") print where "\t" $0; next }
  { print where "\t" $0 }' docs/install.md)
[ "$blocks" -gt 8 ] || { echo "docs/install.md: expected more than 8 blocks, found $blocks"; exit 1; }

# The order of the page is not the order of the needs for the last build: now everything is there.
git add --all
built=$(nix build --no-link --print-out-paths .#nixosConfigurations.cc-ci.config.system.build.toplevel)
[ -s "$built/systemd/cc-ci-bridge.service" ]
for plain in token application-token; do
  ! grep -rqF "$(cat "$work/$plain")" modules "$built" || { echo "the $plain lies in the repository or the store in plain text"; exit 1; }
done
echo "walked: $blocks blocks, and the system of the first installation was built"
