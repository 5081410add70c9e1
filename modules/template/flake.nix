{
  description = "A CI server for our Co-op Cloud recipes";

  # The project that the server tests itself and its recipes from, and its nixpkgs, so that nothing is locked twice.
  inputs.cc-ci.url = "git+https://git.example.org/recipe-maintainers/cc-ci";
  inputs.nixpkgs.follows = "cc-ci/nixpkgs";

  outputs = { cc-ci, nixpkgs, ... }: {
    # nixos-rebuild switch --flake .#ci; a further host takes cc-ci.nixosModules.runner
    nixosConfigurations.ci = nixpkgs.lib.nixosSystem {
      modules = [ cc-ci.nixosModules.default ./server.nix ./hardware.nix ];
    };
  };
}
