# Every ```nix block of the how-to pages is a recipe that works as written.
#
# Gives [ message ], one per mistake in them.
let
  inherit (builtins) attrNames concatLists elemAt filter genList head isString length match readDir readFile split tail toFile;

  folder = ../docs/how-to;
  pages = filter (name: match ".*[.]md" name != null) (attrNames (readDir folder));

  # What stands between "```nix" and the next fence.
  blocks = page: map (part: head (split "```" part)) (tail (filter isString (split "```nix\n" (readFile (folder + "/${page}")))));

  mistakes = page: i: block: (import ../lib/check.nix
    {
      name = "example";
      file = "docs/how-to/${page}, example ${toString (i + 1)}";
      others = [ "keycloak" ]; # the one that they need
    }
    (import (toFile "example.nix" block))).messages;
in
concatLists (map
  (page:
    let found = blocks page;
    in concatLists (genList (i: mistakes page i (elemAt found i)) (length found)))
  pages)
