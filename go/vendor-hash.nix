# Written by vendor-hash.sh; buildGoModule wants the first, package.nix compares the second.
{
  vendorHash = "sha256-Zh3MzrHsvj6qcSfIGu1RQnfEjykpgvmeVAohueIZcyA=";
  digest = "ced96590e40365bca02f5aa765310150ec2a0cd660568e967fe3140b5dd0c4df"; # of go.mod and go.sum
}
