# Written by vendor-hash.sh; buildGoModule wants the first, package.nix compares the second.
{
  vendorHash = "sha256-FMRQdmDDpwcepKrEZaddPaPmpK0jqc8pLdot8iiruas=";
  digest = "c8362880bde5933e1d06164118698c339fb13b07f87f6a3328a4609cb908c123"; # of go.mod and go.sum
}
