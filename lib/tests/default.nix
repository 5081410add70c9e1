# The library's tests, in the format of nixpkgs' runTests and of nix-unit: name -> { expr; expected; }.
#
# Each plans/NAME.nix is a recipe whose plan must equal plans/NAME.json, each errors/NAME.nix one
# whose mistakes must read as errors/NAME.txt says. `lib/tests/update.sh` rewrites both.
let
  inherit (builtins) attrNames concatLists concatStringsSep filter fromJSON listToAttrs map match pathExists readDir readFile tryEval;

  check = import ../check.nix;
  nearest = import ../nearest.nix;
  schema = import ../schema.nix "example";

  named = folder: map (file: builtins.head (match "(.*)[.]nix" file)) (filter (file: match ".*[.]nix" file != null) (attrNames (readDir folder)));
  text = file: if pathExists file then readFile file else "";

  rendered = {
    plan = name: import ../plan.nix { inherit name; beside = rendered.plan; } (check {
      inherit name;
      file = "${name}.nix";
      others = named ./plans;
    } (import (./plans + "/${name}.nix"))).recipe;
    messages = name: concatStringsSep "" (map (m: m + "\n") (check {
      inherit name;
      file = "recipes/${name}/default.nix";
      others = [ "keycloak" name ];
    } (import (./errors + "/${name}.nix"))).messages);
  };

  plans = listToAttrs (map (name: {
    name = "testPlan_${name}";
    value = { expr = rendered.plan name; expected = fromJSON (text (./plans + "/${name}.json")); };
  }) (named ./plans));
  errors = listToAttrs (map (name: {
    name = "testError_${name}";
    value = { expr = rendered.messages name; expected = text (./errors + "/${name}.txt"); };
  }) (named ./errors));

  # Each field's example and default must be of the field's own type.
  misfits = path: fields: concatLists (map
    (key:
      let
        field = fields.${key};
        place = "${path}${key}";
        try = what: if field ? ${what} then field.type.check "${place}.${what}" field.${what} else [ ];
      in
      try "example" ++ try "default" ++ (if field.type ? fields then misfits "${place}." field.type.fields else [ ]))
    (attrNames fields));

  broken = import ./broken.nix;
  folder = import ../recipes.nix { folder = ./folder; shownAs = "folder"; };
in
{
  inherit rendered;
  names = { plans = named ./plans; errors = named ./errors; };

  tests = plans // errors // {
    testNearestSwap = { expr = nearest "reddy" [ "state" "ready" ]; expected = "ready"; };
    testNearestFar = { expr = nearest "healthcheck" [ "state" "ready" ]; expected = null; };
    testNearestShort = { expr = nearest "x" [ "y" ]; expected = null; };
    testNearestNone = { expr = nearest "x" [ ]; expected = null; };
    testNearestLong = {
      expr = nearest "expectNoConsoleError" [ "expectNoConsoleErrors" "expectURL" ];
      expected = "expectNoConsoleErrors";
    };

    testExamplesFitTheirTypes = { expr = misfits "" schema.fields; expected = [ ]; };
    testEveryFieldIsDescribed = {
      expr = filter (key: schema.fields.${key}.description or "" == "") (attrNames schema.fields);
      expected = [ ];
    };

    testBrokenFilesAreNamed = { expr = broken.failures; expected = [ ]; };
    testBrokenFilesAreMany = { expr = builtins.length broken.cases >= 100; expected = true; };

    testFolderPassesOverTheRest = { expr = attrNames folder; expected = [ "chained" "empty" "fine" "needing" "throws" ]; };
    testFolderReadsOneRecipe = { expr = folder.fine.ready.path; expected = "/"; };
    testFolderReadsWhatARecipeNeeds = { expr = map (need: need.plan.recipe) folder.needing.needs; expected = [ "fine" ]; };
    testFolderNeedsOneLevel = { expr = (tryEval (builtins.deepSeq folder.chained.needs true)).success; expected = false; };
    testFolderNeedsAFile = { expr = (tryEval folder.empty.ready).success; expected = false; };
    testBadFolderName = {
      expr = (check { name = "Bad_Name"; file = "f"; } { }).messages;
      expected = [ "f: expected a folder named by lower-case letters, digits and dashes, found `Bad_Name` (reference: docs/reference/recipe.md)" ];
    };
    testMistakesThrow = {
      expr = (tryEval (check { name = "x"; file = "f"; } { reddy = 1; }).recipe).success;
      expected = false;
    };
  };
}
