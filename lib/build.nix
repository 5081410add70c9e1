# The derivations of one recipe.
#
#   plan : name -> plan -> derivation     the plan as a JSON file that this cc-ci accepts
#   app  : name -> plan -> flake app      `cc-ci run` on that plan, with what a run needs on PATH
{ pkgs, cc-ci }:
let
  runtime = import ./runtime.nix { inherit pkgs; };
in
rec {
  plan = name: value: pkgs.runCommand "plan-${name}.json"
    {
      json = builtins.toJSON value;
      passAsFile = [ "json" ];
    } ''
    ${cc-ci}/bin/cc-ci plan check "$jsonPath"
    cp "$jsonPath" "$out"
  '';

  app = name: value:
    let
      script = pkgs.writeShellApplication {
        name = "test-${name}";
        runtimeInputs = runtime.inputs;
        text = ''
          ${runtime.exports}
          exec ${cc-ci}/bin/cc-ci run --plan ${plan name value} "$@"
        '';
      };
    in
    {
      type = "app";
      program = "${script}/bin/test-${name}";
      meta.description = "Test the recipe ${name} on the swarm at hand";
    };
}
