# `cc-ci dashboard serve`: results for people, and the store's door for other runner hosts. docs/how-to/dashboard.md
{ config, lib, ... }:
let
  inherit (lib) mkOption types;
  units = import ./units.nix;
  cfg = config.services.cc-ci;
  gateway = import ./gateway.nix cfg;
  arguments = {
    store = "/var/lib/cc-ci/results";
    out = "/var/lib/cc-ci-dashboard";
    url = "https://${cfg.domain}";
    forge = cfg.forge.url;
    inherit (cfg) project recipes;
    drone = gateway.url cfg.drone.port;
    drone-pages = "https://${cfg.drone.host}";
    listen = "${gateway.address}:${toString cfg.dashboard.port}";
  } // lib.optionalAttrs cfg.dashboard.uploads { upload-keys = "%d/upload-key"; };
in
{
  options.services.cc-ci.dashboard = {
    port = mkOption {
      type = types.port;
      default = 7776;
      example = 7776;
      description = "Port on the gateway's address that Traefik sends the requests for the CI domain to.";
    };
    uploads = mkOption {
      type = types.bool;
      default = false;
      example = true;
      description = "Whether to take the signed results of other runner hosts at `/upload` (U6).";
    };
  };

  config = lib.mkIf (cfg.enable && cfg.profile == "server") {
    users.users.cc-ci-dashboard = {
      isSystemUser = true;
      group = "cc-ci-dashboard";
      description = "cc-ci dashboard, owner of the results store";
    };
    users.groups.cc-ci-dashboard = { };

    systemd.services.cc-ci-dashboard = {
      description = "cc-ci: dashboard";
      after = [ "network-online.target" "cc-ci-swarm.service" ];
      wants = [ "network-online.target" "cc-ci-swarm.service" ];
      wantedBy = [ "multi-user.target" ];
      serviceConfig = units.hardened // {
        ExecStart = "${cfg.package}/bin/cc-ci dashboard serve ${units.flags arguments}";
        User = "cc-ci-dashboard";
        Group = "cc-ci-dashboard";
        StateDirectory = "cc-ci-dashboard";
        MemoryMax = "1G";
      } // (if cfg.dashboard.uploads then {
        LoadCredential = units.credentials cfg [ "upload-key" ];
        ReadWritePaths = [ "/var/lib/cc-ci/results" ];
      } else { });
    };
  };
}
