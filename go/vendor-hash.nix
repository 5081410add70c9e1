# Written by vendor-hash.sh; buildGoModule wants the first, package.nix compares the second.
{
  vendorHash = "sha256-Zh3MzrHsvj6qcSfIGu1RQnfEjykpgvmeVAohueIZcyA=";
  digest = "f618366e0166ea9997470fd5852b2e92bf656d629557c3a691ab665f53fe20ad"; # of go.mod and go.sum
}
