# One command of this module as a package.
#
# package : { pkgs } -> command name -> derivation
#
# The dependencies' hash is kept beside a digest of go.mod and go.sum, so that a stale one is said
# at evaluation and not as two hashes that differ at the end of a build.
{ pkgs }:
command:
let
  inherit (builtins) hashString match path readFile;

  pinned = import ./vendor-hash.nix;
  digest = hashString "sha256" (readFile ./go.mod + readFile ./go.sum);
in
pkgs.buildGoModule rec {
  pname = command;
  version = "0.1.0";
  src = path {
    name = "cc-ci-go";
    path = ./.;
    # This folder's own Nix files and scripts are no sources; a package below may embed such a file.
    filter = file: _: match ".*/testdata" file == null && !(dirOf file == toString ./. && match ".*[.](nix|sh)" file != null);
  };
  vendorHash =
    if digest == pinned.digest then pinned.vendorHash
    else throw "go/vendor-hash.nix: go.mod or go.sum changed after this hash was computed; run go/vendor-hash.sh and commit its change";
  subPackages = [ "cmd/${command}" ];
  ldflags = [ "-X coopcloud.tech/cc-ci/internal/run.Version=${version}" ];
  env.CGO_ENABLED = "0";
  doCheck = false; # `make test` runs them, with the race detector and a real swarm
  meta = {
    description = "Tests Co-op Cloud recipes for real";
    mainProgram = command;
  };
}
