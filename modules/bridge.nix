# `cc-ci bridge`: from !testme to a build, and from a build to an answer. docs/how-to/bridge.md
{ config, lib, ... }:
let
  inherit (lib) mkOption types;
  own = import ./types.nix { inherit lib; };
  units = import ./units.nix;
  cfg = config.services.cc-ci;
  gateway = import ./gateway.nix cfg;
  hook = cfg.secrets.webhook-hmac != null;

  arguments = {
    forge = cfg.forge.url;
    inherit (cfg) organisation project recipes;
    inherit (cfg.forge) bot;
    drone = gateway.url cfg.drone.port;
    drone-pages = "https://${cfg.drone.host}";
    forge-token-file = "%d/forge-token";
    drone-token-file = "%d/drone-token";
    key-file = "%d/bridge-key";
    listen = "${gateway.address}:${toString cfg.bridge.port}";
    state = "/var/lib/cc-ci-bridge";
    store = "/var/lib/cc-ci/results";
    pages = "https://${cfg.domain}";
    interval = "${toString cfg.bridge.interval}s";
    build-limit = "${toString (cfg.buildLimit + 10)}m";
    sweep = "${toString (cfg.bridge.sweepDays * 24)}h";
    slots = toString cfg.bridge.slots;
  } // lib.optionalAttrs (cfg.bridge.allow != [ ]) { allow = lib.concatStringsSep "," cfg.bridge.allow; }
  // lib.optionalAttrs hook { webhook-secret-file = "%d/webhook-hmac"; };
in
{
  options.services.cc-ci.bridge = {
    port = mkOption {
      type = types.port;
      default = 7775;
      example = 7775;
      description = "Port on the gateway's address for `/hook`, `/healthz` and `/metrics`; Traefik passes only the first on.";
    };
    interval = mkOption {
      type = types.ints.between 1 60;
      default = 20;
      example = 30;
      description = "Seconds between two looks at the forge (T2).";
    };
    sweepDays = mkOption {
      type = types.ints.unsigned;
      default = 7;
      example = 0;
      description = "Days in which every recipe's default branch is tested once; 0: never (T10).";
    };
    slots = mkOption {
      type = types.ints.positive;
      default = cfg.maxTests;
      defaultText = lib.literalExpression "config.services.cc-ci.maxTests";
      example = 4;
      description = "Runs at a time over all runner hosts, from which the bridge says how long a wait will be.";
    };
    allow = mkOption {
      type = types.listOf own.login;
      default = [ ];
      example = [ "alice" ];
      description = "Who may say `!testme` without being a member of the organisation.";
    };
  };

  config = lib.mkIf (cfg.enable && cfg.profile == "server") {
    systemd.services.cc-ci-bridge = {
      description = "cc-ci: bridge between forge and Drone";
      after = [ "network-online.target" "cc-ci-swarm.service" "drone-server.service" ];
      wants = [ "network-online.target" "cc-ci-swarm.service" ];
      wantedBy = [ "multi-user.target" ];
      serviceConfig = units.hardened // {
        ExecStart = "${cfg.package}/bin/cc-ci bridge ${units.flags arguments}";
        LoadCredential = units.credentials cfg ([ "forge-token" "drone-token" "bridge-key" ] ++ lib.optional hook "webhook-hmac");
        DynamicUser = true;
        StateDirectory = "cc-ci-bridge";
        StateDirectoryMode = "0700";
        ReadWritePaths = [ "/run/lock/cc-ci" ]; # one bridge per organisation is active
        MemoryMax = "512M";
      };
    };

    networking.firewall.interfaces.docker_gwbridge.allowedTCPPorts = [ cfg.bridge.port cfg.dashboard.port cfg.drone.port ];
  };
}
