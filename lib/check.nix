# check : { name; file; others ?; } -> value -> { messages; recipe; }
#
# Takes a recipe's name, the file's name for messages, the names of the recipes beside it, and what the file holds.
#   messages  every mistake, one line each: FILE: PLACE: expected and found (reference: ...)
#   recipe    the recipe with every default filled in; throws the messages where there are any
{ name, file, others ? [ ] }:
value:
let
  inherit (builtins) concatStringsSep map match;

  schema = import ./schema.nix name;
  line = { path, text }: "${file}: ${if path == "" then "" else "${path}: "}${text} (reference: docs/reference/recipe.md)";

  filled = schema.fill value;
  misshapen = schema.check "" value;
  misnamed = { path = ""; text = "expected a folder named by lower-case letters, digits and dashes, found `${name}`"; };

  messages = map line (
    if match "[a-z0-9][a-z0-9-]*" name == null then [ misnamed ]
    else if misshapen != [ ] then misshapen
    else import ./rules.nix others name filled
  );
in
{
  inherit messages;
  recipe = if messages == [ ] then filled else throw (concatStringsSep "\n" messages);
}
