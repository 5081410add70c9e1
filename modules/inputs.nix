# What is still missing from the operator. A wrong value fails the evaluation; a missing one fails the build, with all of
# them in one list, so that the hosts of this repository evaluate before anybody has given theirs.
{ config, lib, pkgs, ... }:
let
  cfg = config.services.cc-ci;
in
{
  options.services.cc-ci.missing = lib.mkOption {
    type = lib.types.listOf lib.types.str;
    default = [ ];
    internal = true;
    description = "Inputs that this host can't be built without, each with what to do.";
  };

  config = lib.mkIf (cfg.enable && cfg.missing != [ ]) {
    system.checks = [
      (pkgs.runCommand "cc-ci-inputs" { } ''
        printf -- '- %s\n' ${lib.escapeShellArgs cfg.missing}
        exit 1
      '')
    ];
  };
}
