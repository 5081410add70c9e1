# The router: the recipe coop-cloud/traefik, deployed by abra, with the operator's certificate (P2).
{ config, lib, pkgs, ... }:
let
  inherit (lib) mkOption types;
  own = import ./types.nix { inherit lib; };
  units = import ./units.nix;
  cfg = config.services.cc-ci;
in
{
  options.services.cc-ci = {
    certificate.fullchain = mkOption {
      type = types.nullOr own.pathNotInStore;
      default = null;
      example = "/var/lib/ci-certs/live/fullchain.pem";
      description = ''
        The certificate that covers the CI domain and everything one label below it, with its chain. It is issued and renewed by the
        operator; a renewed one is in force within a minute of its arrival.
      '';
    };
    certificate.privkey = mkOption {
      type = types.nullOr own.pathNotInStore;
      default = null;
      example = "/var/lib/ci-certs/live/privkey.pem";
      description = "The certificate's private key; for root alone.";
    };

    traefik.domain = mkOption {
      type = own.domain;
      default = "traefik.${cfg.domain}";
      defaultText = lib.literalExpression ''"traefik.''${config.services.cc-ci.domain}"'';
      example = "traefik.ci.example.org";
      description = "Name of the router's app in abra.";
    };
    traefik.version = mkOption {
      type = types.nullOr types.nonEmptyStr;
      default = null;
      example = "3.6.1+v3.5.0";
      description = "Version of the recipe, one of its tags: `git ls-remote --tags https://git.coopcloud.tech/coop-cloud/traefik.git`.";
    };
    traefik.refreshSeconds = mkOption {
      type = types.ints.unsigned;
      default = 1;
      example = 0;
      description = "How often Traefik asks the swarm for new apps. The recipe's 15 s are most of a small deploy; 0 leaves them.";
    };
    traefik.env = mkOption {
      type = types.attrsOf types.str;
      default = { };
      example = { LOG_LEVEL = "INFO"; };
      description = "Further lines of the app's env file; no secrets: they lie in the Nix store, which a recipe's own tests can read, too.";
    };
  };

  config = lib.mkIf cfg.enable {
    assertions = [
      {
        assertion = cfg.certificate.fullchain != null && cfg.certificate.privkey != null;
        message = "services.cc-ci.certificate: expected fullchain and privkey, paths of a certificate for ${cfg.domain} and *.${cfg.domain} on the host, found ${if cfg.certificate.fullchain == null then "no fullchain" else "no privkey"}. It is issued outside of cc-ci: docs/install.md, \"What you bring\".";
      }
    ];
    services.cc-ci.missing = lib.optional (cfg.traefik.version == null)
      "services.cc-ci.traefik.version: expected a tag of the recipe, found none: choose one of `git ls-remote --tags ${cfg.upstream}/traefik.git`.";

    networking.firewall.allowedTCPPorts = [ 80 443 ];

    systemd.services.cc-ci-traefik = units.converge { inherit cfg pkgs; } "traefik" {
      description = "cc-ci: Traefik with the wildcard certificate";
      after = [ "cc-ci-swarm.service" ];
      path = [ pkgs.git ];
      limit = "12min";
    };
    systemd.paths.cc-ci-traefik = {
      description = "cc-ci: the certificate was renewed";
      wantedBy = [ "multi-user.target" ];
      pathConfig = { PathChanged = map toString [ cfg.certificate.fullchain cfg.certificate.privkey ]; TriggerLimitBurst = 5; TriggerLimitIntervalSec = "10min"; };
    };
    systemd.timers.cc-ci-traefik = {
      description = "cc-ci: look daily at the certificate's end";
      wantedBy = [ "timers.target" ];
      timerConfig = { OnCalendar = "daily"; Persistent = true; RandomizedDelaySec = "1h"; };
    };
  };
}
