# plan : { name; beside; } -> filled recipe -> plan
#
# Expands a checked recipe into what `cc-ci run --plan` reads, as one value that toJSON renders. The
# Go package internal/plan is the other side of this border; `schema` counts its versions.
#
# beside : string -> plan      the plan of another recipe, asked for each recipe that is named in
#   `needs` and for no other
{ name, beside }: recipe:
let
  inherit (builtins) attrNames map;
  inherit (recipe) state;
in
{
  schema = 1;
  recipe = name;
  inherit (recipe) description category source env compose hosts tls secrets ready setup upgrade backup local limits;
  needs = map (need: { name = need; plan = beside recipe.needs.${need}.recipe; inherit (recipe.needs.${need}) env setup; }) (attrNames recipe.needs);
  state = state // { generic = state.write ++ state.verify ++ state.change == [ ]; };
  flows = map (flow: { name = flow; steps = recipe.flows.${flow}; }) (attrNames recipe.flows);
  inherit (recipe.policy) exceptions;
} // (if recipe ? smoke then { inherit (recipe) smoke; } else { })
