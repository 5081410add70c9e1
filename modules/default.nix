# cc-ci on a NixOS host: the option tree services.cc-ci, one file per concern.
#
# Every option: docs/reference/options.md. From a blank host to a green run: docs/install.md. Only what
# checks/fixture models of the module system is used here (its modules.nix lists what is left out).
{
  imports = [
    ./options.nix
    ./inputs.nix
    ./secrets.nix
    ./site.nix
    ./swarm.nix
    ./traefik.nix
    ./backup.nix
    ./drone-server.nix
    ./drone-runner.nix
    ./bridge.nix
    ./dashboard.nix
    ./janitor.nix
  ];
}
