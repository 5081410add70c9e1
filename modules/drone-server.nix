# The Drone server: the queue of builds. nixpkgs has the program and no module for it.
#
# It is not free software (docs/install.md, "Licences"). pkgs.drone-oss is, and can't drive the exec runner.
{ config, lib, pkgs, ... }:
let
  inherit (lib) mkOption types;
  own = import ./types.nix { inherit lib; };
  units = import ./units.nix;
  cfg = config.services.cc-ci;
  gateway = import ./gateway.nix cfg;

  # Secrets come from files, and reach the program as the environment that it reads them from.
  start = pkgs.writeShellApplication {
    name = "drone-server-start";
    text = ''
      DRONE_RPC_SECRET=$(<"$CREDENTIALS_DIRECTORY/drone-rpc")
      DRONE_USER_CREATE="username:${cfg.forge.bot},admin:true,token:$(<"$CREDENTIALS_DIRECTORY/drone-token")"
      export DRONE_RPC_SECRET DRONE_USER_CREATE
      exec ${lib.getExe' cfg.drone.package "drone-server"}
    '';
  };
in
{
  options.services.cc-ci.drone = {
    package = mkOption {
      type = types.package;
      default = pkgs.drone;
      defaultText = lib.literalExpression "pkgs.drone";
      example = lib.literalExpression "pkgs.drone";
      description = "The Drone server.";
    };
    host = mkOption {
      type = own.domain;
      default = "drone.${cfg.domain}";
      defaultText = lib.literalExpression ''"drone.''${config.services.cc-ci.domain}"'';
      example = "drone.ci.example.org";
      description = "Name of Drone's pages; the certificate must cover it. On a runner host: that of the server.";
    };
    port = mkOption {
      type = types.port;
      default = 7777;
      example = 7777;
      description = "Port on the gateway's address that Traefik sends Drone's requests to.";
    };
  };

  config = lib.mkIf (cfg.enable && cfg.profile == "server") {
    systemd.services.cc-ci-drone-oauth = units.converge { inherit cfg pkgs; } "drone-oauth" {
      description = "cc-ci: Drone's OAuth application in the forge";
      limit = "3min";
      engine = false;
    };

    systemd.services.drone-server = {
      description = "Drone server";
      after = [ "network-online.target" "cc-ci-swarm.service" "cc-ci-drone-oauth.service" ];
      wants = [ "network-online.target" "cc-ci-swarm.service" "cc-ci-drone-oauth.service" ];
      wantedBy = [ "multi-user.target" ];
      environment = {
        DRONE_GITEA_SERVER = cfg.forge.url;
        DRONE_GIT_ALWAYS_AUTH = "false"; # else every step's home would hold the owner's token
        DRONE_SERVER_HOST = cfg.drone.host;
        DRONE_SERVER_PROTO = "https";
        DRONE_SERVER_PORT = "${gateway.address}:${toString cfg.drone.port}";
        DRONE_DATABASE_DRIVER = "sqlite3";
        DRONE_DATABASE_DATASOURCE = "/var/lib/drone/database.sqlite";
        DRONE_DATADOG_ENABLED = "false"; # it reports usage otherwise
        DRONE_USER_FILTER = cfg.organisation; # who may log in
        DRONE_REPOSITORY_FILTER = builtins.head (builtins.split "/" cfg.project);
        DRONE_CLEANUP_DEADLINE_RUNNING = "${toString (cfg.buildLimit + 15)}m";
      };
      serviceConfig = units.hardened // {
        ExecStart = lib.getExe start;
        EnvironmentFile = "-/var/lib/cc-ci/drone-oauth/client.env"; # written by cc-ci-drone-oauth
        LoadCredential = units.credentials cfg [ "drone-rpc" "drone-token" ];
        RestrictAddressFamilies = [ "AF_UNIX" "AF_INET" "AF_INET6" ]; # it looks names up through the C library
        LogFilterPatterns = "~token="; # it logs the token of an account that it creates
        DynamicUser = true;
        StateDirectory = "drone";
        StateDirectoryMode = "0700";
        WorkingDirectory = "/var/lib/drone";
        TimeoutStopSec = "1min";
      };
    };
    systemd.paths.cc-ci-drone-client = {
      description = "cc-ci: Drone's OAuth client changed";
      wantedBy = [ "multi-user.target" ];
      pathConfig.PathChanged = "/var/lib/cc-ci/drone-oauth/client.env";
    };
    systemd.services.cc-ci-drone-client = {
      description = "cc-ci: give Drone its new OAuth client";
      serviceConfig = { Type = "oneshot"; ExecStart = "${pkgs.systemd}/bin/systemctl try-restart drone-server.service"; };
    };
  };
}
