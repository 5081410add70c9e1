# What VM checks need instead of a registry and a forge: images under the names that recipes ask for, built by Nix, and the
# recipes' repositories (N7). The programs in the images are nixpkgs', whatever the tag says.
#
# offline : { pkgs } -> { server; recipes; }
#   server   images of the server's own apps, as archives for `docker load`
#   recipes  name -> { images; repository; }, as lib.mkTests takes it
{ pkgs }:
let
  inherit (pkgs) dockerTools;

  # The layout of the official image, as far as the recipe custom-html uses it.
  nginx = tag: dockerTools.buildLayeredImage {
    name = "nginx";
    inherit tag;
    contents = [ dockerTools.fakeNss dockerTools.binSh pkgs.busybox pkgs.curl ];
    extraCommands = ''
      mkdir -p etc/nginx/conf.d usr/share/nginx/html var/log/nginx tmp
      cat >etc/nginx/nginx.conf <<'CONF'
      user nobody nogroup;
      pid /tmp/nginx.pid;
      error_log stderr notice;
      events { }
      http {
        include ${pkgs.nginx}/conf/mime.types;
        access_log /dev/stdout;
        include /etc/nginx/conf.d/*.conf;
      }
      CONF
    '';
    config = { Cmd = [ "${pkgs.nginx}/bin/nginx" "-c" "/etc/nginx/nginx.conf" "-g" "daemon off;" ]; ExposedPorts."80/tcp" = { }; };
  };

  traefik = dockerTools.buildLayeredImage {
    name = "traefik";
    tag = "v3.7.13";
    contents = [ dockerTools.caCertificates ];
    extraCommands = "ln -s ${pkgs.traefik}/bin/traefik traefik; mkdir -p tmp";
    config.Entrypoint = [ "/traefik" ];
  };

  backup = dockerTools.buildLayeredImage {
    name = "cc-ci.test/backup-standin";
    tag = "1";
    contents = [ pkgs.restic dockerTools.binSh pkgs.busybox ];
    extraCommands = "mkdir -p tmp";
    config.Entrypoint = [ "${import ../../go/package.nix { inherit pkgs; } "backup-standin"}/bin/backup-standin" ];
  };
in
rec {
  server = [ traefik backup ];
  recipes.custom-html = { images = [ (nginx "1.27.1") (nginx "1.27.2") ]; repository = "${repositories}/custom-html.git"; };

  # As the live tests make them.
  repositories = pkgs.runCommand "recipes" { nativeBuildInputs = [ pkgs.git ]; } ''
    cp -r ${../recipes} recipes
    chmod -R u+w recipes
    patchShebangs recipes/mkrepo.sh
    for name in traefik backup-bot-two custom-html; do recipes/mkrepo.sh "$name" "$out/$name.git"; done
  '';
}
