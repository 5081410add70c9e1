#!/usr/bin/env bash
# vendor-hash.sh: writes vendor-hash.nix for the go.mod and go.sum beside it.
set -euo pipefail
cd "$(dirname "$0")"
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
go mod vendor -o "$folder/vendor"
hash=$(nix --extra-experimental-features nix-command hash path "$folder/vendor")
cat >vendor-hash.nix <<NIX
# Written by vendor-hash.sh; buildGoModule wants the first, package.nix compares the second.
{
  vendorHash = "$hash";
  digest = "$(cat go.mod go.sum | sha256sum | cut -d' ' -f1)"; # of go.mod and go.sum
}
NIX
