# Written by vendor-hash.sh; buildGoModule wants the first, package.nix compares the second.
{
  vendorHash = "sha256-TGl24grcJTnJ+6MhuXDGUwLF4ZzHyxJTK6B5vTPzHjM=";
  digest = "6b082ad915951084237a05b50833816f467e6b9020613271806f0328007e2d53"; # of go.mod and go.sum
}
