# Every ```nix block of the docs is a recipe that works as written: README, tutorial, how-to,
# explanation and reference. A block that is some lines of a recipe stands as if in braces; one that
# is a whole flake (it has `outputs`) is evaluated with this flake as its input.
#
# Gives [ message ], one per mistake in them.
{ self }:
let
  inherit (builtins) attrNames concatLists concatMap elemAt filter foldl' genList head isString length match readDir readFile split tail toFile;

  markdown = folder: map (name: "${folder}/${name}") (filter (name: match ".*[.]md" name != null) (attrNames (readDir (../. + "/${folder}"))));
  pages = [ "README.md" ] ++ concatMap markdown [ "docs" "docs/how-to" "docs/explanation" "docs/reference" ];

  # What stands between "```nix" and the next fence.
  blocks = page: map (part: head (split "```" part)) (tail (filter isString (split "```nix\n" (readFile (../. + "/${page}")))));

  contains = part: text: length (split part text) > 1;
  whole = block: match "[[:space:]]*(#[^\n]*\n[[:space:]]*)*([{]|let[[:space:]]).*" block != null;

  # `others`: the enrolled recipes that examples need beside theirs.
  recipe = file: block: (import ../lib/check.nix { name = "example"; inherit file; others = [ "keycloak" ]; }
    (import (toFile "example.nix" (if whole block then block else "{ ${block} }")))).messages;

  # A flake of the docs finds recipes in lib/template, as its readers do after `nix flake init`.
  flake = file: block:
    let
      outputs = (import (toFile "flake.nix" block)).outputs { self = { }; inherit (self.inputs) nixpkgs; cc-ci = self; };
      tests = attrNames (head (map (s: outputs.apps.${s}) (attrNames outputs.apps)));
    in
    if tests != [ ] then [ ] else [ "${file}: expected a flake with an app per recipe, found none" ];

  mistakes = page: i: block:
    (if contains "outputs[[:space:]]*=" block then flake else recipe) "${page}, example ${toString (i + 1)}" block;
in
let
  found = map (page: { inherit page; blocks = blocks page; }) pages;
  count = foldl' (sum: f: sum + length f.blocks) 0 found;
in
# Were the fences written otherwise one day, nothing would be found, and nothing would be wrong.
(if count >= 20 then [ ] else [ "examples: expected at least 20 in the docs, found ${toString count}" ])
++ concatMap (f: concatLists (genList (i: mistakes f.page i (elemAt f.blocks i)) (length f.blocks))) found
