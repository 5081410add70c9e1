# Written by vendor-hash.sh; buildGoModule wants the first, package.nix compares the second.
{
  vendorHash = "sha256-Zh3MzrHsvj6qcSfIGu1RQnfEjykpgvmeVAohueIZcyA=";
  digest = "9104b2f8b74b30d88c30f5a80b990238172b508f48025dbb76fcb960f29c81d7"; # of go.mod and go.sum
}
