# Written by vendor-hash.sh; buildGoModule wants the first, package.nix compares the second.
{
  vendorHash = "sha256-tP27Lb5AxblynJbSiBYTUIfmWVpQcZEcs/0daP4fYno=";
  digest = "52a251269ab52b1d00797a7fe290057782e3a3257a492dc85d39dee158522243"; # of go.mod and go.sum
}
