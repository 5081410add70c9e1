{
  description = "Our recipes, tested by cc-ci";

  # The address of the cc-ci that your server runs, and its nixpkgs, so that nothing is locked twice.
  inputs.cc-ci.url = "git+https://git.example.org/recipe-maintainers/cc-ci";
  inputs.nixpkgs.follows = "cc-ci/nixpkgs";

  outputs = { cc-ci, nixpkgs, ... }:
    let
      system = "x86_64-linux";
      tests = cc-ci.lib.mkTests {
        pkgs = nixpkgs.legacyPackages.${system};
        recipes = ./recipes;
      };
    in
    {
      apps.${system} = tests.apps; # nix run .#test-example
      packages.${system} = tests.packages // { inherit (cc-ci.packages.${system}) cc-ci; }; # nix build .#plan-example; .drone.yml takes cc-ci
      checks.${system} = tests.checks; # nix flake check
    };
}
