# The public door of the library.
#
# Takes { cc-ci; vm; }: the function pkgs -> cc-ci package to use where a caller names none, and checks/vm/recipe.nix. Gives:
#
#   mkTests { pkgs; recipes; shownAs ?; cc-ci ?; offline ?; } -> { apps; packages; checks; plans; }
#     pkgs     a nixpkgs for one system
#     recipes  a folder with one folder per recipe (N1, N2); names that begin with `_` are passed over
#     shownAs  how errors call that folder; its own name where absent
#     apps     test-<name>: `nix run .#test-<name>` runs the recipe's whole matrix (I1)
#     packages plan-<name>: the plan as a file, accepted by `cc-ci plan check` while it is built
#     offline  name -> { images; repository; }: what a machine without a network needs to run the recipe; checks/vm/offline.nix
#     checks   the same plans, for `nix flake check`; and vm-<name> for each recipe in offline, which boots a NixOS with the
#              server's modules and runs the recipe on it, where pkgs can make virtual machines (N1, N7)
#     plans    <name>: the plan as a value
#   plan { name; file ?; recipe; } -> the plan of one attribute set, which has no recipes beside it to need
#   docs -> { recipe; schema; }         the reference page and the plan's JSON Schema
#
# Evaluating one recipe reads no other's file but those of its `needs` (N3). Everything but the derivations uses builtins
# alone, so a plan evaluates without nixpkgs.
{ cc-ci, vm }:
let
  inherit (builtins) attrNames filter listToAttrs map;
  default = cc-ci;

  prefixed = prefix: f: names: listToAttrs (map (name: { name = prefix + name; value = f name; }) names);
in
{
  docs = import ./docs.nix;

  plan = { name, file ? "recipe ${name}", recipe }:
    import ./plan.nix { inherit name; beside = _: null; } (import ./check.nix { inherit name file; } recipe).recipe;

  mkTests = { pkgs, recipes, shownAs ? baseNameOf recipes, cc-ci ? default pkgs, offline ? { } }:
    let
      plans = import ./recipes.nix { folder = recipes; inherit shownAs; };
      names = attrNames plans;
      build = import ./build.nix { inherit pkgs cc-ci; };
      packages = prefixed "plan-" (name: build.plan name plans.${name}) names;
    in
    {
      inherit plans packages;
      checks = packages // (if !(pkgs ? testers) then { } else prefixed "vm-"
        (name: vm ({ inherit pkgs name; plan = packages."plan-${name}"; } // offline.${name}))
        (filter (name: offline ? ${name}) names));
      apps = prefixed "test-" (name: build.app name plans.${name}) names;
    };
}
