# What the units of cc-ci have in common.
#
#   converge { cfg; pkgs; ... } name { description; limit; engine ?; after ?; path ?; } -> a systemd service
#     `cc-ci converge NAME` as a oneshot. It has no RemainAfterExit: so every boot and every activation,
#     which start multi-user.target, run it again, and it looks before it acts (N5).
#   credentials cfg names -> LoadCredential lines, by which a service reads secrets as %d/NAME
#   flags set -> string     a command line of --NAME=VALUE; the options' types keep spaces out of values
#   hardened -> serviceConfig of a program that speaks HTTP and keeps files in its own folder
let
  # What no program of cc-ci needs.
  shut = {
    NoNewPrivileges = true;
    UMask = "0077";
    ProtectSystem = "strict";
    PrivateTmp = true;
    PrivateDevices = true;
    ProtectKernelTunables = true;
    ProtectKernelModules = true;
    ProtectKernelLogs = true;
    ProtectControlGroups = true;
    ProtectClock = true;
    ProtectHostname = true;
    RestrictRealtime = true;
    RestrictSUIDSGID = true;
    LockPersonality = true;
    SystemCallArchitectures = "native";
  };
in
{
  converge = { cfg, pkgs, ... }: name: { description, limit, engine ? true, after ? [ ], path ? [ ] }: let docker = if engine then [ "docker.service" ] else [ ]; in {
    inherit description path;
    after = [ "network-online.target" ] ++ docker ++ after;
    wants = [ "network-online.target" ];
    requires = docker;
    wantedBy = [ "multi-user.target" ];
    restartIfChanged = false; # it is not running when a switch looks, and is started in any case
    environment.CC_CI_SERVER = "/etc/cc-ci/server.json";
    # Root, for the engine's socket is as good as root; what it doesn't need is still taken away.
    serviceConfig = shut // {
      Type = "oneshot";
      ExecStart = "${cfg.package}/bin/cc-ci converge ${name}";
      TimeoutStartSec = limit;
      ReadWritePaths = [ "/var/lib/cc-ci" ];
      ProtectHome = "read-only"; # registry credentials lie in root's
      RestrictAddressFamilies = [ "AF_UNIX" "AF_INET" "AF_INET6" ];
    };
  };

  credentials = cfg: map (name: "${name}:${toString cfg.secrets.${name}}");

  flags = set: builtins.concatStringsSep " " (map (name: "--${name}=${set.${name}}") (builtins.attrNames set));

  hardened = shut // {
    CapabilityBoundingSet = "";
    AmbientCapabilities = "";
    ProtectHome = true;
    PrivateUsers = true;
    ProtectProc = "invisible";
    ProcSubset = "pid";
    RestrictNamespaces = true;
    RemoveIPC = true;
    MemoryDenyWriteExecute = true;
    SystemCallFilter = [ "@system-service" "~@privileged @resources" ];
    SystemCallErrorNumber = "EPERM";
    RestrictAddressFamilies = [ "AF_INET" "AF_INET6" ];
    Restart = "always";
    RestartSec = 5;
  };
}
