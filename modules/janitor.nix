# `cc-ci janitor` by the clock. Every run does the same at its start (S9); this one is for a host on which no run follows.
{ config, lib, ... }:
let
  inherit (lib) mkOption types;
  cfg = config.services.cc-ci;
in
{
  options.services.cc-ci.janitor.every = mkOption {
    type = types.nonEmptyStr;
    default = "hourly";
    example = "*:0/15";
    description = "When to look for what dead runs left, in systemd's calendar form.";
  };

  config = lib.mkIf cfg.enable {
    systemd.services.cc-ci-janitor = {
      description = "cc-ci: remove what dead runs left";
      after = [ "docker.service" "cc-ci-swarm.service" ];
      serviceConfig = {
        Type = "oneshot";
        ExecStart = "${cfg.package}/bin/cc-ci janitor";
        TimeoutStartSec = "15min";
        UMask = "0077";
        NoNewPrivileges = true;
        PrivateTmp = true;
        ProtectHome = true;
        ProtectClock = true;
        LockPersonality = true;
        SystemCallArchitectures = "native";
      };
    };
    systemd.timers.cc-ci-janitor = {
      description = "cc-ci: janitor";
      wantedBy = [ "timers.target" ];
      timerConfig = { OnCalendar = cfg.janitor.every; OnBootSec = "5min"; RandomizedDelaySec = "2min"; };
    };
  };
}
