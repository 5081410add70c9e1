# Written by vendor-hash.sh; buildGoModule wants the first, package.nix compares the second.
{
  vendorHash = "sha256-7vGNVuET1aFIWAgffOMwqbSOxDITT0KMhIKmiJ6MfB8=";
  digest = "87e8a4ef14fd4f5149137db3f63aa28ef86f13d08d6a100864afc3f44e6fda2a"; # of go.mod and go.sum
}
