# The systems that the checks look at: the flake's own hosts with an operator's inputs, and one with every option set.
#
#   hosts      name -> NixOS system
#   wrong      name -> NixOS system of checks/server/wrong/<name>.nix, which must not evaluate
{ self }:
let
  inherit (builtins) attrNames listToAttrs map match filter head readDir;
  inherit (self.inputs) nixpkgs;
  inherit (self) nixosModules;
  system = modules: nixpkgs.lib.nixosSystem { inherit modules; };
  base = { nixpkgs.hostPlatform = "x86_64-linux"; system.stateVersion = "26.05"; };
  names = filter (name: name != null) (map (file: let m = match "(.*)[.]nix" file; in if m == null then null else head m) (attrNames (readDir ./wrong)));
in
{
  hosts = {
    cc-ci = system [ nixosModules.cc-ci ../../modules/hosts/cc-ci ./inputs.nix ];
    runner = system [ nixosModules.runner ../../modules/hosts/runner ./inputs.nix ];
    template = ((import ../../modules/template/flake.nix).outputs {
      inherit nixpkgs;
      cc-ci = self // { nixosModules = nixosModules // { default = { imports = [ nixosModules.default ./inputs.nix ]; }; }; };
    }).nixosConfigurations.ci;
    everything = system [ nixosModules.default ./everything.nix base ];
  };
  wrong = listToAttrs (map
    (name: { inherit name; value = system [ nixosModules.cc-ci ../../modules/hosts/cc-ci ./inputs.nix (./wrong + "/${name}.nix") ]; })
    names);
}
