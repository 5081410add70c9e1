# The generated reference pages as one folder.
{ pkgs, docs }:
pkgs.runCommand "cc-ci-docs"
{
  inherit (docs) recipe;
  schema = import ../lib/pretty.nix docs.schema;
  passAsFile = [ "recipe" "schema" ];
} ''
  mkdir "$out"
  cp "$recipePath" "$out/recipe.md"
  cp "$schemaPath" "$out/plan.schema.json"
''
