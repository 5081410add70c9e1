# recipes : { folder; shownAs; } -> name -> plan          for every recipe of a folder
#
# A recipe is a folder with a default.nix; its name is the folder's. Names that begin with `_` or `.`
# and plain files are passed over. Reading one recipe reads no other (N3): the names come from one
# readDir, and each value is evaluated only when asked for.
{ folder, shownAs }:
let
  inherit (builtins) attrNames filter mapAttrs pathExists readDir removeAttrs substring;

  entries = readDir folder;
  isRecipe = name: entries.${name} == "directory" && substring 0 1 name != "_" && substring 0 1 name != ".";
  others = filter (name: !isRecipe name) (attrNames entries);

  read = name: _:
    let
      file = "${shownAs}/${name}/default.nix";
      path = folder + "/${name}/default.nix";
      value =
        if pathExists path then import path
        else throw "${file}: expected a file, found none (reference: docs/reference/recipe.md)";
    in
    import ./plan.nix name (import ./check.nix { inherit name file; } value).recipe;
in
mapAttrs read (removeAttrs entries others)
