# A further host that takes builds from the first installation's Drone (N6): a copy of this folder for each. It has a
# CI domain and a certificate of its own, and of the secrets drone-rpc and upload-key.
{ lib, ... }:
{
  imports = [ ../cc-ci/hardware.nix ];

  networking.hostName = "cc-ci-runner";
  time.timeZone = "UTC";

  services.cc-ci = {
    enable = true;
    domain = "runner.ci.commoninternet.net";
    organisation = "recipe-maintainers";
    forge = { url = "https://git.autonomic.zone"; bot = "autonomic-bot"; };
    drone.host = "drone.ci.commoninternet.net";
    resultsUrl = "https://ci.commoninternet.net/upload";
    certificate = {
      fullchain = "/var/lib/ci-certs/live/fullchain.pem";
      privkey = "/var/lib/ci-certs/live/privkey.pem";
    };
    secretsFolder = lib.mkDefault ./secrets;
  };

  services.openssh = { enable = true; settings.PasswordAuthentication = false; };
  system.stateVersion = "26.05";
}
