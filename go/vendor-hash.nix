# Written by vendor-hash.sh; buildGoModule wants the first, package.nix compares the second.
{
  vendorHash = "sha256-FMRQdmDDpwcepKrEZaddPaPmpK0jqc8pLdot8iiruas=";
  digest = "a3a84634a06a2c5be9e48a8fefb29ebb10ab99e0af86ff54d16a8452e1752fb3"; # of go.mod and go.sum
}
