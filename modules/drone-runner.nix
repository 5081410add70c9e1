# The exec runner, which executes builds of the project's default branch on this host, as root: a run drives the engine
# and makes sandboxes. Nothing of a pull request is executed by it; that happens in containers and sandboxes (P6, P7).
{ config, lib, pkgs, ... }:
let
  inherit (lib) mkOption types;
  units = import ./units.nix;
  cfg = config.services.cc-ci;
  isServer = cfg.profile == "server";
  gateway = import ./gateway.nix cfg;

  start = pkgs.writeShellApplication {
    name = "drone-runner-start";
    text = ''
      DRONE_RPC_SECRET=$(<"$CREDENTIALS_DIRECTORY/drone-rpc")
      export DRONE_RPC_SECRET
      exec ${lib.getExe' cfg.runner.package "drone-runner-exec"}
    '';
  };
in
{
  options.services.cc-ci.runner = {
    package = mkOption {
      type = types.package;
      default = pkgs.drone-runner-exec;
      defaultText = lib.literalExpression "pkgs.drone-runner-exec";
      example = lib.literalExpression "pkgs.drone-runner-exec";
      description = "Drone's exec runner.";
    };
    name = mkOption {
      type = types.nonEmptyStr;
      default = config.networking.hostName;
      defaultText = lib.literalExpression "config.networking.hostName";
      example = "runner-2";
      description = "How this runner is called in Drone's pages; each host's its own.";
    };
  };

  config = lib.mkIf cfg.enable {
    # Unfree, and named one by one, so that nothing else slips in. nixpkgs calls the server by the first name.
    nixpkgs.config.allowUnfreePredicate = package: lib.elem (lib.getName package) [ "drone.io" "drone" "drone-runner-exec" ];
    nix.settings.experimental-features = [ "nix-command" "flakes" ];

    systemd.services.drone-runner = {
      description = "Drone exec runner";
      after = [ "network-online.target" "cc-ci-swarm.service" "cc-ci-traefik.service" "cc-ci-backup.service" ];
      wants = [ "network-online.target" ];
      wantedBy = [ "multi-user.target" ];
      path = [ config.nix.package pkgs.bash pkgs.git pkgs.gnutar pkgs.gzip pkgs.systemd ];
      restartIfChanged = false; # a switch would wait for its builds: `systemctl restart drone-runner` when none runs
      environment = {
        DRONE_RPC_PROTO = if isServer then "http" else "https";
        DRONE_RPC_HOST = if isServer then "${gateway.address}:${toString cfg.drone.port}" else cfg.drone.host;
        DRONE_RUNNER_NAME = cfg.runner.name;
        DRONE_RUNNER_CAPACITY = toString cfg.maxTests;
        # What the server may not make it run: whoever administrates a repository of the organisation can activate it in Drone,
        # which then reads `.drone.yml` there, from pull requests too. Limits of the runner hold whatever Drone's settings say.
        DRONE_LIMIT_REPOS = cfg.project;
        DRONE_LIMIT_EVENTS = "push,custom";
        DRONE_HTTP_BIND = "127.0.0.1:7778";
      };
      serviceConfig = {
        ExecStart = lib.getExe start;
        LoadCredential = units.credentials cfg [ "drone-rpc" ];
        # SIGTERM lets it finish its builds; after the longest one everything that is left is killed. Runs are units of
        # their own in cc-ci.slice and remove their apps themselves.
        KillMode = "mixed";
        TimeoutStopSec = "${toString (cfg.buildLimit + 15)}min";
        Restart = "always";
        RestartSec = 5;
        UMask = "0077";
        PrivateTmp = true;
        ProtectKernelModules = true;
        ProtectClock = true;
        ProtectHostname = true;
        LockPersonality = true;
        SystemCallArchitectures = "native";
      };
    };
  };
}
