# A server as a VM check boots it: the modules as an operator enables them, a certificate of a CA made here, the recipes of
# Traefik, backup-bot-two and custom-html as repositories on its disk, images loaded before anything is deployed.
#
# machine : { self; pkgs; domain; images; } -> NixOS module
#   images  more than the server's own, as archives for `docker load`
{ self, pkgs, domain, images }:
{ config, lib, ... }:
let
  catalogue = builtins.fromJSON (builtins.readFile ../../go/internal/secrets/catalog.json);
  offline = import ./offline.nix { inherit pkgs; };
  certificate = pkgs.runCommand "certificate" { nativeBuildInputs = [ pkgs.openssl ]; } ''
    mkdir "$out"
    openssl req -x509 -newkey rsa:2048 -nodes -days 3650 -subj /CN=cc-ci-test-ca -keyout ca.key -out "$out/ca.pem"
    openssl req -newkey rsa:2048 -nodes -subj /CN=${domain} -keyout "$out/privkey.pem" -out request.pem
    openssl x509 -req -days 3650 -in request.pem -CA "$out/ca.pem" -CAkey ca.key -CAcreateserial -out leaf.pem \
      -extfile <(echo "subjectAltName=DNS:${domain},DNS:*.${domain}")
    cat leaf.pem "$out/ca.pem" >"$out/fullchain.pem"
  '';
  secret = name: "/run/cc-ci-secrets/${name}";
in
{
  imports = [ self.nixosModules.cc-ci ];

  virtualisation = { memorySize = 6144; diskSize = 20480; cores = 2; };
  networking.domain = domain;
  networking.hosts."127.0.0.1" = [ domain "drone.${domain}" ];
  security.pki.certificateFiles = [ "${certificate}/ca.pem" ];
  nix.settings.substituters = lib.mkForce [ ];

  services.cc-ci = {
    enable = true;
    inherit domain;
    organisation = lib.mkDefault "recipes";
    forge = { url = lib.mkDefault "http://127.0.0.1:3001"; bot = "ci-bot"; };
    upstream = "file://${offline.repositories}";
    traefik.version = "3.1.0+v3.7.13";
    backup.version = "1.0.0+1.0.0";
    certificate = { fullchain = "/var/lib/ci-certs/live/fullchain.pem"; privkey = "/var/lib/ci-certs/live/privkey.pem"; };
    secrets = lib.genAttrs (map (s: s.name) catalogue) secret;
  };

  # What an operator and agenix bring before anything of cc-ci starts: certificate, secrets, images.
  systemd.services.check-inputs = {
    wantedBy = [ "multi-user.target" ];
    requiredBy = [ "cc-ci-swarm.service" ];
    before = [ "cc-ci-swarm.service" ];
    after = [ "docker.service" ];
    requires = [ "docker.service" ];
    path = [ config.virtualisation.docker.package pkgs.openssl ];
    serviceConfig = { Type = "oneshot"; RemainAfterExit = true; };
    script = ''
      install -d -m 0700 /var/lib/ci-certs/live /run/cc-ci-secrets
      install -m 0600 ${certificate}/fullchain.pem ${certificate}/privkey.pem /var/lib/ci-certs/live
      for name in ${lib.escapeShellArgs (map (s: s.name) catalogue)}; do
        [ -e "/run/cc-ci-secrets/$name" ] || (umask 077 && openssl rand -hex 32 >"/run/cc-ci-secrets/$name")
      done
      ${lib.concatMapStringsSep "\n" (image: "docker load -i ${image}") (offline.server ++ images)}
    '';
  };

  environment.systemPackages = [ config.virtualisation.docker.package pkgs.jq pkgs.curl ];
}
