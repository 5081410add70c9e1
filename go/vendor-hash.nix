# Written by vendor-hash.sh; buildGoModule wants the first, package.nix compares the second.
{
  vendorHash = "sha256-tP27Lb5AxblynJbSiBYTUIfmWVpQcZEcs/0daP4fYno=";
  digest = "b218f56ba1696f98df80ddbb402a54c951de34b883c2eb2ce6f28d1f4debb705"; # of go.mod and go.sum
}
