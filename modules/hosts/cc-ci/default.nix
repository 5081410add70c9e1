# The first installation: recipe-maintainers on git.autonomic.zone. Its operator's inputs: docs/install.md.
{ config, lib, ... }:
{
  imports = [ ./hardware.nix ];

  networking.hostName = "cc-ci";
  time.timeZone = "UTC";

  services.cc-ci = {
    enable = true;
    domain = "ci.commoninternet.net";
    organisation = "recipe-maintainers";
    forge = { url = "https://git.autonomic.zone"; bot = "autonomic-bot"; };
    upstream = "https://git.coopcloud.tech/coop-cloud";
    certificate = {
      fullchain = "/var/lib/ci-certs/live/fullchain.pem";
      privkey = "/var/lib/ci-certs/live/privkey.pem";
    };
    maxTests = 2;
    memory = "20G"; # of 28 GiB
    secretsFolder = lib.mkDefault ./secrets;
  };

  services.openssh = { enable = true; settings.PasswordAuthentication = false; };
  services.tailscale = { enable = true; authKeyFile = config.services.cc-ci.secrets.tailnet-key; };

  system.stateVersion = "26.05";
}
