{
  description = "cc-ci: tests Co-op Cloud recipes for real";

  inputs.nixpkgs.url = "github:NixOS/nixpkgs/nixos-26.05";
  inputs.agenix = {
    url = "github:ryantm/agenix";
    inputs.nixpkgs.follows = "nixpkgs";
    inputs.darwin.follows = "";
    inputs.home-manager.follows = "";
  };

  outputs = { self, nixpkgs, agenix, ... }:
    let
      systems = builtins.filter (s: nixpkgs.legacyPackages ? ${s}) [ "x86_64-linux" "aarch64-linux" ];
      eachSystem = f: builtins.listToAttrs (map (name: { inherit name; value = f nixpkgs.legacyPackages.${name}; }) systems);

      go = pkgs: import ./go/package.nix { inherit pkgs; };
      system = pkgs: pkgs.stdenv.hostPlatform.system;
      tests = eachSystem (pkgs: {
        ours = self.lib.mkTests { inherit pkgs; recipes = ./recipes; offline = (import ./checks/vm/offline.nix { inherit pkgs; }).recipes; };
        demo = self.lib.mkTests { inherit pkgs; recipes = ./checks/tests; shownAs = "checks/tests"; };
      });
      all = what: pkgs: let inherit (tests.${system pkgs}) demo ours; in demo.${what} // ours.${what};
    in
    {
      # For other flakes.
      lib = import ./lib {
        cc-ci = pkgs: self.packages.${system pkgs}.cc-ci;
        vm = args: import ./checks/vm/recipe.nix ({ inherit self; } // args);
      };
      overlays.default = final: _: { cc-ci = go final "cc-ci"; };
      templates = {
        default = self.templates.recipes;
        recipes = { path = ./lib/template; description = "An organisation's own recipes, tested by cc-ci"; };
        recipe = { path = ./recipes/_template; description = "One recipe: recipes/<name>/default.nix"; };
        server = { path = ./modules/template; description = "A server of your own: nixos-rebuild switch --flake .#ci"; };
      };
      inherit (import ./modules/flake.nix { inherit self nixpkgs agenix; }) nixosModules nixosConfigurations;

      # For people: nix run .#test-<recipe>, nix build .#plan-<recipe>.
      apps = eachSystem (pkgs: all "apps" pkgs // { demo = tests.${system pkgs}.demo.apps.test-demo; });
      packages = eachSystem (pkgs: all "packages" pkgs // {
        default = self.packages.${system pkgs}.cc-ci;
        cc-ci = go pkgs "cc-ci";
        abra-standin = go pkgs "abra-standin";
        docs = import ./checks/docs.nix { inherit pkgs; inherit (self.lib) docs; };
      } // (if pkgs ? nodejs then { cc-ci-playwright-driver = import ./go/playwright-driver.nix { inherit pkgs; }; } else { }));

      # For this project.
      checks = eachSystem (pkgs: all "checks" pkgs // import ./checks { inherit self pkgs; });
      devShells = eachSystem (pkgs: { default = import ./checks/shell.nix { inherit pkgs; }; });
      formatter = eachSystem (pkgs: import ./checks/formatter.nix { inherit pkgs; });
    };
}
