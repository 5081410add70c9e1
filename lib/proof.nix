# docs/proof.md: what runs that comments started have shown, made from the list that `cc-ci recipe record --proof` writes from results.
#
# proof : { records; plans; } -> string
#   records  the list
#   plans    name -> plan, of lib/recipes.nix
{ records, plans }:
let
  inherit (builtins) concatStringsSep filter hashString length map toJSON;
  inherit (import ./verified.nix { folder = ../recipes; plans = { }; }) what cell;

  planOf = r: plans.${r.recipe} or (throw "checks/proof.json: ${r.recipe}: expected a recipe of this project, found none of this name");
  lines = concatStringsSep "\n";
  row = r: "| [${r.recipe}](#${r.recipe}) | ${(planOf r).category} | **${r.verdict}** | ${r.level} | ${r.took} | ${r.started} | ${cell (r.standIn or "the recipe's own applications")} |";
  stage = s: "| ${s.name} | ${s.outcome} | ${s.took} | ${cell (s.reason or "")} |";
  asIs = r: r.plan == "sha256:${hashString "sha256" (toJSON (planOf r))}";
  section = r: ''
    ## ${r.recipe}

    ${(planOf r).description}. Version ${r.version}, level ${r.level}${if r ? reason then ": ${r.reason}" else ""}.

    | stage | outcome | took | |
    | --- | --- | --- | --- |
    ${lines (map stage r.stages)}

    - Asked for: comment ${r.comment} on pull request ${toString r.pull} of the organisation's ${r.recipe}; build ${toString r.build} of ${r.repository}; run `${r.run}`
    - Time: ${r.started} to ${r.ended}
    - What was real: ${what (r // { asIs = asIs r; })}
    - Commit `${r.commit}`, tree `${r.tree or "unknown"}`
    - Test: plan `${r.plan}`
    - With: cc-ci ${r.driver}; ${r.engine}${if r ? browser then "; ${r.browser}" else ""}
    ${lines (map (n: "- Beside it: ${n}") (r.needs or [ ]) ++ map (i: "- Image ${i}") (r.images or [ ]) ++ map (o: "- Of the machine: ${o}") (r.overrides or [ ]))}
  '';
  passed = filter (r: r.verdict == "GREEN" || r.verdict == "STAND-IN GREEN") records;
in
''
  <!-- Generated from checks/proof.json by lib/tests/update.sh; a check compares it. -->
  # From a comment to a verdict, recipe by recipe

  Each of these runs was started by a member's `!testme` on a pull request in a real Gitea, built by a real Drone under this project's own
  `.drone.yml`, two builds at a time, and answered on the pull request. `checks/forge/proof.sh` does all of it and writes this page from the
  results store. ${toString (length passed)} of ${toString (length records)} were green.

  Not real, in all of them: the repositories are this project's trees of the recipes (checks/recipes), none came from upstream, and what a recipe needs
  beside it is taken from there too; the runner of Drone is the tests' own (checks/forge/runner); where it says `abra-standin`, abra is a stand-in; images were built on the machine.

  | recipe | category | verdict | level | took | started | applications |
  | --- | --- | --- | --- | --- | --- | --- |
  ${lines (map row records)}

  ${concatStringsSep "\n" (map section records)}''
