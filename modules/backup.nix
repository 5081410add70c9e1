# backup-bot-two, which the backup stage of a run drives.
{ config, lib, pkgs, ... }:
let
  inherit (lib) mkOption types;
  own = import ./types.nix { inherit lib; };
  units = import ./units.nix;
  cfg = config.services.cc-ci;
in
{
  options.services.cc-ci.backup = {
    domain = mkOption {
      type = own.domain;
      default = "backup.${cfg.domain}";
      defaultText = lib.literalExpression ''"backup.''${config.services.cc-ci.domain}"'';
      example = "backup.ci.example.org";
      description = "Name of the app in abra.";
    };
    version = mkOption {
      type = types.nullOr types.nonEmptyStr;
      default = null;
      example = "2.3.0+2.3.0-beta";
      description = "Version of the recipe, one of its tags: `git ls-remote --tags https://git.coopcloud.tech/coop-cloud/backup-bot-two.git`.";
    };
    env = mkOption {
      type = types.attrsOf types.str;
      default = { };
      example = { CRON_SCHEDULE = "30 3 * * *"; };
      description = "Further lines of the app's env file; no secrets: they lie in the Nix store, which a recipe's own tests can read, too.";
    };
  };

  config = lib.mkIf cfg.enable {
    services.cc-ci.missing = lib.optional (cfg.backup.version == null)
      "services.cc-ci.backup.version: expected a tag of the recipe, found none: choose one of `git ls-remote --tags ${cfg.upstream}/backup-bot-two.git`.";

    # By itself, not as the other convergers: what is mounted below ProtectSystem= stays in the unit's own world. Before the
    # engine, which starts the services that it had.
    systemd.services.cc-ci-volumes = {
      description = "cc-ci: the engine's volumes without symbolic links, for the backup service";
      before = [ "docker.service" ];
      requiredBy = [ "docker.service" ];
      wantedBy = [ "multi-user.target" ];
      restartIfChanged = false;
      environment.CC_CI_SERVER = "/etc/cc-ci/server.json";
      serviceConfig = {
        Type = "oneshot";
        ExecStart = "${cfg.package}/bin/cc-ci converge volumes";
        TimeoutStartSec = "1min";
        UMask = "0022";
        NoNewPrivileges = true;
      };
    };

    systemd.services.cc-ci-backup = units.converge { inherit cfg pkgs; } "backup" {
      description = "cc-ci: backup-bot-two";
      after = [ "cc-ci-swarm.service" "cc-ci-traefik.service" "cc-ci-volumes.service" ];
      path = [ pkgs.git ];
      limit = "12min";
    };
  };
}
