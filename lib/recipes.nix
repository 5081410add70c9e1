# recipes : { folder; shownAs; } -> name -> plan          for every recipe of a folder
#
# A recipe is a folder with a default.nix; its name is the folder's. Names that begin with `_` or `.`
# and plain files are passed over. Reading one recipe reads no other but those that it `needs` (N3):
# the names come from one readDir, and each value is evaluated only when asked for.
{ folder, shownAs }:
let
  inherit (builtins) attrNames filter mapAttrs pathExists readDir removeAttrs substring;

  entries = readDir folder;
  isRecipe = name: entries.${name} == "directory" && substring 0 1 name != "_" && substring 0 1 name != ".";
  others = filter (name: !isRecipe name) (attrNames entries);

  names = removeAttrs entries others;

  fileOf = name: "${shownAs}/${name}/default.nix";
  read = name:
    let
      path = folder + "/${name}/default.nix";
      value =
        if pathExists path then import path
        else throw "${fileOf name}: expected a file, found none (reference: docs/reference/recipe.md)";
    in
    (import ./check.nix { inherit name; file = fileOf name; others = attrNames names; } value).recipe;

  # What a dependency needs in its turn is not deployed: one level is what a test of an app asks for.
  alone = by: name:
    let recipe = read name;
    in if recipe.needs == { } then import ./plan.nix { inherit name; beside = _: null; } recipe
    else throw "${fileOf by}: needs: expected a recipe that needs no other, found `${name}` (reference: docs/reference/recipe.md)";
in
mapAttrs (name: _: import ./plan.nix { inherit name; beside = alone name; } (read name)) names
