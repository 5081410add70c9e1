# The records of a recipe file that stand in a list or below a name of the maintainer's own: schema.nix says where.
#
# { secret, need, exception } : types of types.nix
let
  t = import ./types.nix;
  s = import ./steps.nix;
in
{
  secret = t.record {
    kind = {
      type = t.enum [ "alphanumeric" "hex" "base64" "rsa-key" ];
      default = "alphanumeric";
      example = "hex";
      description = "What the value consists of.";
    };
    length = {
      type = t.between 1 8192;
      default = 32;
      example = 64;
      description = "Characters (alphanumeric, hex), bytes (base64) or bits (rsa-key).";
    };
    value = {
      type = t.matching "a value that a dependency's setup saved, such as \"\\\${idp.client_secret}\"" "[$][{][A-Za-z_][A-Za-z0-9_-]*[.][A-Za-z_][A-Za-z0-9_-]*[}]";
      optional = true;
      example = "\${idp.client_secret}";
      description = "Where it comes from a dependency of `needs`: inserted instead of a made one, also for a secret that abra would make.";
    };
  };

  need = t.record {
    recipe = {
      type = t.matching "a recipe's name" "[a-z0-9][a-z0-9-]*";
      description = "The recipe, one beside this one. Its newest published version is deployed, or its main branch where there is none.";
    };
    env = {
      type = t.attrsOf t.string;
      default = { };
      description = "Added to the dependency's env file, after what its own recipe file says.";
    };
    setup = {
      type = t.listOf s.step;
      default = [ ];
      description = "Done to the dependency once it is ready: requests go to its hosts, commands into its containers, `\${secret:NAME}` is one of its secrets.";
    };
  };

  exception = t.record {
    rule = { type = t.nonEmpty; description = "The rule's name, as the finding prints it."; };
    place = { type = t.nonEmpty; description = "The finding's place, as it is printed."; };
    found = {
      type = t.nonEmpty;
      optional = true;
      description = "What is found there, as it is printed in front of what to do, with `\${domain}` and `\${stack}` for the run's. What the policy refuses passes as this alone: a pull request that writes another thing there is refused.";
    };
    reason = { type = t.nonEmpty; description = "Why it is harmless here; shown in every result."; };
  };
}
