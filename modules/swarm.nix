# Docker with a swarm of one node and the overlay network `proxy`.
{ config, lib, pkgs, ... }:
let
  inherit (lib) mkOption types;
  cfg = config.services.cc-ci;
  units = import ./units.nix;
  subnet = types.strMatching "[0-9]+([.][0-9]+){3}/[0-9]+" // { description = "IPv4 network like 10.200.0.0/16"; };
in
{
  options.services.cc-ci.swarm = {
    advertiseAddress = mkOption {
      type = types.strMatching "[0-9]+([.][0-9]+){3}" // { description = "IPv4 address"; };
      default = "127.0.0.1";
      example = "192.0.2.7";
      description = "Address that the one node of the swarm gives for itself. Loopback will do, since no other node ever joins.";
    };
    addressPool = mkOption {
      type = subnet;
      default = "10.201.0.0/16";
      example = "10.201.0.0/16";
      description = "Where the apps' own networks get their addresses; it must not overlap with a network that the host reaches.";
    };
    networkSubnet = mkOption {
      type = subnet;
      default = "10.200.0.0/16";
      example = "10.200.0.0/16";
      description = "Addresses of the network `proxy`, on which Traefik reaches the apps.";
    };
    gatewaySubnet = mkOption {
      type = types.strMatching "[0-9]+[.][0-9]+[.][0-9]+[.]0/[0-9]+" // { description = "IPv4 network like 172.30.0.0/24"; };
      default = "172.30.0.0/24";
      example = "172.30.0.0/24";
      description = ''
        Addresses of `docker_gwbridge`. Its first one is this host as Traefik's container sees it: bridge, dashboard and Drone listen
        there, and nowhere else.
      '';
    };
  };

  config = lib.mkIf cfg.enable {
    virtualisation.docker = {
      enable = true;
      liveRestore = false; # a swarm can't be had with it
      daemon.settings = {
        "cgroup-parent" = "cc-ci-apps.slice"; # a slice: so the driver must be systemd's
        "exec-opts" = [ "native.cgroupdriver=systemd" ];
        "log-driver" = "json-file"; # read by runs, and bounded
        "log-opts" = { "max-size" = "20m"; "max-file" = "3"; };
        "default-ulimits".core = { Name = "core"; Soft = 0; Hard = 0; }; # a crash loop would fill the disk with them
      };
      # Images that were built more than a week ago and that no container uses. Volumes are left alone; a run pulls again what it misses.
      autoPrune = { enable = true; dates = "weekly"; flags = [ "--all" "--filter=until=168h" ]; };
    };

    # A crashed app's memory, with the run's secrets, would be kept on the host after everything of the run is gone. Where a
    # recipe asks for it, it is written where the app runs, and goes with it.
    systemd.coredump.enable = lib.mkDefault false;

    systemd.services.cc-ci-swarm = units.converge { inherit cfg pkgs; } "swarm" {
      description = "cc-ci: swarm of one node, network proxy";
      limit = "4min";
    };
  };
}
