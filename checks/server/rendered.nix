# What a host of the checks would get, as a folder that can be read and compared: units, /etc/cc-ci, tmpfiles. A store
# path keeps its name alone, so that a change of cc-ci's sources changes nothing here, and nothing is built.
{ pkgs, system }:
let
  inherit (builtins) concatStringsSep unsafeDiscardStringContext;
  inherit (pkgs) lib;
  write = name: text: ''
    mkdir -p "$(dirname "$out/${name}")"
    printf %s ${lib.escapeShellArg (unsafeDiscardStringContext text)} | sed -E 's|/nix/store/[a-z0-9]{32}-|/nix/store/...-|g' >"$out/${name}"
  '';
in
pkgs.runCommand "cc-ci-server-rendered" { } ''
  mkdir "$out"
  ${concatStringsSep "" (lib.mapAttrsToList write system.config.system.build.files)}
''
