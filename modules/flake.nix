# The flake's modules and hosts.
#
# Takes { self; nixpkgs; agenix; }, gives { nixosModules; nixosConfigurations; }:
#
#   cc-ci, default  everything; services.cc-ci.package is this flake's
#   runner          the same with services.cc-ci.profile = "runner"
#   hosts           one per folder of modules/hosts
{ self, nixpkgs, agenix }:
let
  inherit (builtins) attrNames listToAttrs map readDir;
  # checks/fixture declares age.secrets itself, since agenix can't be reached where nixpkgs can't.
  secrets = if nixpkgs.lib ? isFixture then [ ] else [ agenix.nixosModules.default ];

  cc-ci = { lib, pkgs, ... }: {
    imports = [ ./default.nix ] ++ secrets;
    services.cc-ci.package = lib.mkDefault self.packages.${pkgs.stdenv.hostPlatform.system}.cc-ci;
  };
  runner = { lib, ... }: {
    imports = [ cc-ci ];
    services.cc-ci.profile = lib.mkDefault "runner";
  };
  host = name: nixpkgs.lib.nixosSystem {
    modules = [ (if name == "runner" then runner else cc-ci) (./hosts + "/${name}") ];
  };
in
{
  nixosModules = { inherit cc-ci runner; default = cc-ci; };
  nixosConfigurations = listToAttrs (map (name: { inherit name; value = host name; }) (attrNames (readDir ./hosts)));
}
