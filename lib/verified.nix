# What has been seen of recipes: made from the records that `cc-ci recipe record` writes from results.
#
# verified : { folder; plans; } -> { of; page; what; cell; }
#   folder  the recipes' folder
#   plans   name -> plan, of lib/recipes.nix
#   of      name -> { verified; ... }: "live", "stand-in", or "plan" where there is no record
#   page    docs/recipes.md, one row a recipe
#   what    record -> what was real in its run
#   cell    text -> the text in a table's cell
{ folder, plans }:
let
  inherit (builtins) attrNames concatStringsSep fromJSON hashString length filter map mapAttrs pathExists readFile replaceStrings toJSON;

  record = name: plan:
    let file = folder + "/${name}/verified.json";
    in if pathExists file then fromJSON (readFile file) // { asIs = (fromJSON (readFile file)).plan == "sha256:${hashString "sha256" (toJSON plan)}"; }
    else { verified = "plan"; };
  of = mapAttrs record plans;

  cell = replaceStrings [ "|" "\n" ] [ "\\|" " " ];
  row = name:
    let
      v = of.${name};
      plan = plans.${name};
      seen =
        if v.verified == "plan" then "| plan | | | | its test evaluates; nothing was run |"
        else "| **${v.verified}** | ${v.date} | ${v.level} | ${cell v.version} | ${cell (what v)} |";
    in
    "| [${name}](../recipes/${name}/default.nix) | ${plan.category} ${seen}";
  what = v: concatStringsSep "; " (
    (if v.verified == "stand-in" then [ "in the recipe's place: ${v.standIn}" ] else [ "the recipe's own applications" ])
    ++ (if v ? source then [ "in a tree of cc-ci's that is made from what is known of the recipe (${v.source})" ] else [ ])
    ++ filter (o: builtins.match "local-images: .*" o != null) (v.overrides or [ ])
    ++ [ "deployed with ${v.abra}, routed by ${v.router}, in ${v.took}" ]
    ++ (if v.asIs then [ ] else [ "its test has changed since" ]));
  count = how: toString (length (filter (name: of.${name}.verified == how) (attrNames of)));
in
{
  inherit of what cell;
  page = ''
    <!-- Generated from recipes/*/verified.json by lib/tests/update.sh; a check compares it. -->
    # Recipes, and how much of each was seen

    **live**: a run of the whole matrix was green with the recipe's own applications. **stand-in**: with other applications
    in their places, in a tree of the recipe's shape: the test is sound, and nothing is known of the recipe. **plan**: nothing was run.
    The records are made from results (`cc-ci recipe record`), never by hand.

    ${count "live"} live, ${count "stand-in"} by a stand-in, ${count "plan"} as a plan alone.

    | recipe | category | verified | when | level | version | what was real |
    | --- | --- | --- | --- | --- | --- | --- |
    ${concatStringsSep "\n" (map row (attrNames of))}
  '';
}
