# Your server. What each input is and where it comes from: docs/install.md of cc-ci; every option: docs/reference/options.md.
{
  networking.hostName = "ci";

  services.cc-ci = {
    enable = true;
    domain = "ci.example.org";
    organisation = "recipe-maintainers";
    forge = { url = "https://git.example.org"; bot = "ci-bot"; };
    certificate = {
      fullchain = "/var/lib/ci-certs/live/fullchain.pem";
      privkey = "/var/lib/ci-certs/live/privkey.pem";
    };
    # traefik.version = "..."; # a tag: git ls-remote --tags https://git.coopcloud.tech/coop-cloud/traefik.git
    # backup.version = "...";  # a tag: git ls-remote --tags https://git.coopcloud.tech/coop-cloud/backup-bot-two.git
    # secretsFolder = ./secrets; # made by: cc-ci secrets init --dir secrets
  };

  services.openssh = { enable = true; settings.PasswordAuthentication = false; };
  system.stateVersion = "26.05";
}
