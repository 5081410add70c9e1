# What the agenix program reads: every secret of this folder, for every key in recipients.txt.
# Written by `cc-ci secrets init`; nothing in it depends on the folder's content.
let
  inherit (builtins) attrNames filter isString listToAttrs match readDir readFile split;

  lines = filter isString (split "\n" (readFile ./recipients.txt));
  keys = filter (line: match " *(#.*)?" line == null) lines;
  files = filter (name: match ".*[.]age" name != null) (attrNames (readDir ./.));
in
listToAttrs (map (name: { inherit name; value.publicKeys = keys; }) files)
