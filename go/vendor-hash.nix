# Written by vendor-hash.sh; buildGoModule wants the first, package.nix compares the second.
{
  vendorHash = "sha256-FMRQdmDDpwcepKrEZaddPaPmpK0jqc8pLdot8iiruas=";
  digest = "bbf25c0d0fb32f6d2aa9c33e5fb128c1b4b580c792d7e2332919b5e7a52f01ff"; # of go.mod and go.sum
}
