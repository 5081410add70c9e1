# What a run and the server's own commands read of this host: /etc/cc-ci/site.json and /etc/cc-ci/server.json,
# the folders under /var/lib/cc-ci, and the cgroup of the test apps.
{ config, lib, pkgs, ... }:
let
  inherit (lib) mkOption types;
  cfg = config.services.cc-ci;
  isServer = cfg.profile == "server";
  pretty = import ../lib/pretty.nix;
  gateway = import ./gateway.nix cfg;

  site = {
    inherit (cfg) domain maxTests limits keepDays;
    docker = "unix:///run/docker.sock";
    state = "/var/lib/cc-ci/state";
    abra = lib.getExe pkgs.abra;
    router = { address = "127.0.0.1:443"; name = "traefik"; };
    mirror = "${cfg.forge.url}/${cfg.organisation}"; # where a pull request's commit is
    results = if isServer then { dir = "/var/lib/cc-ci/results"; } else { url = cfg.resultsUrl; key = cfg.secrets.upload-key; };
  };

  server = {
    inherit (cfg) domain;
    inherit (site) docker abra;
    abraDir = "/var/lib/cc-ci/abra";
    swarm = {
      advertise = cfg.swarm.advertiseAddress;
      inherit (cfg.swarm) addressPool networkSubnet gatewaySubnet;
      addressPoolMask = 24;
      network = "proxy";
    };
    traefik = {
      inherit (cfg.traefik) domain refreshSeconds env;
      recipe = { source = "${cfg.upstream}/traefik.git"; version = toString cfg.traefik.version; };
      certificate = cfg.certificate.fullchain;
      key = cfg.certificate.privkey;
      routes = lib.optionals isServer [
        { name = "hook"; host = cfg.domain; path = "/hook"; to = gateway.url cfg.bridge.port; }
        { name = "dashboard"; host = cfg.domain; to = gateway.url cfg.dashboard.port; }
        { name = "drone"; inherit (cfg.drone) host; to = gateway.url cfg.drone.port; }
      ];
    };
    backup = {
      inherit (cfg.backup) domain env;
      passwordFile = cfg.secrets.restic-password;
      volumes = { of = "/var/lib/docker/volumes"; at = "/run/cc-ci/volumes"; };
      recipe = { source = "${cfg.upstream}/backup-bot-two.git"; version = toString cfg.backup.version; };
    };
    state = site.state;
    inherit (cfg) minFreeGiB;
  } // lib.optionalAttrs isServer {
    forge = {
      inherit (cfg.forge) url bot;
      inherit (cfg) organisation project;
      tokenFile = cfg.secrets.forge-token;
    } // lib.optionalAttrs (cfg.secrets.forge-application-token != null) { applicationTokenFile = cfg.secrets.forge-application-token; };
    drone = {
      url = "https://${cfg.drone.host}";
      local = gateway.url cfg.drone.port;
      tokenFile = cfg.secrets.drone-token;
      application = "cc-ci drone";
      clientFile = "/var/lib/cc-ci/drone-oauth/client.env";
    };
    store = site.results.dir;
  };
in
{
  options.services.cc-ci.minFreeGiB = mkOption {
    type = types.ints.positive;
    default = 20;
    example = 40;
    description = "GiB that should be free for images and volumes; `cc-ci doctor --server` warns below it.";
  };

  config = lib.mkIf cfg.enable {
    environment.systemPackages = [ cfg.package pkgs.abra pkgs.git ];
    environment.etc."cc-ci/site.json".text = pretty site;
    environment.etc."cc-ci/server.json".text = pretty server;
    # Read while the system is built, by the program that will read it.
    system.checks = lib.optional (cfg.missing == [ ]) (pkgs.runCommand "cc-ci-server.json" { server = pretty server; passAsFile = [ "server" ]; } ''
      ${cfg.package}/bin/cc-ci server check "$serverPath"
      touch "$out"
    '');

    systemd.tmpfiles.rules = [
      "d /var/lib/cc-ci 0755 root root -"
      "d /var/lib/cc-ci/state 0700 root root -"
      "d /var/lib/cc-ci/abra 0700 root root -"
      "d /run/cc-ci 0700 root root -" # the engine's volumes are mounted in it
      "d /run/lock/cc-ci 1777 root root -"
    ] ++ lib.optional isServer "d /var/lib/cc-ci/results 0755 cc-ci-dashboard cc-ci-dashboard -"
    ++ lib.optional (cfg.secrets.registry-auth != null) "L+ /root/.docker/config.json - - - - ${cfg.secrets.registry-auth}";

    # Runs and their browsers are units in cc-ci.slice, containers in cc-ci-apps.slice below it.
    systemd.slices.cc-ci = {
      description = "cc-ci: runs and what they test";
      sliceConfig = { MemoryAccounting = true; CPUWeight = 50; };
    };
    systemd.slices.cc-ci-apps = {
      description = "cc-ci: containers";
      sliceConfig = { MemoryMax = cfg.memory; TasksMax = 16384; };
    };
  };
}
