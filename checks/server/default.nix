# Checks of modules/ that need no more than evaluation.
#
# server : { self; pkgs; check; none; } -> checks
{ self, pkgs, check, none }:
let
  inherit (builtins) attrNames concatMap removeAttrs;
  inherit (pkgs) lib;
  inherit (import ./hosts.nix { inherit self; }) hosts;
  rendered = name: import ./rendered.nix { inherit pkgs; system = hosts.${name}; };

  # Leaves of services.cc-ci that everything.nix doesn't set.
  missing = loc: options: set: concatMap
    (name:
      let option = options.${name}; at = loc ++ [ name ];
      in
      if option.internal or false then [ ]
      else if !(set ? ${name}) then [ "${lib.concatStringsSep "." at}: checks/server/everything.nix does not set it" ]
      else if option._type or "" == "option" then [ ]
      else missing at option set.${name})
    (attrNames options);
in
{
  server-options = none "server-options"
    (missing [ "services" "cc-ci" ] hosts.everything.options.services.cc-ci (import ./everything.nix).services.cc-ci);

  server-template = check "server-template" { units = hosts.template.config.system.build.toplevel; } "";

  # Built, so that systemd-analyze finds the programs that the units name.
  server-host = hosts.cc-ci.config.system.build.toplevel;
  server-runner = hosts.runner.config.system.build.toplevel;
} // lib.optionalAttrs (pkgs ? isFixture) {
  # The folders, for a person and for checks/server/update.sh.
  server-rendered = pkgs.runCommand "cc-ci-server-rendered" { } ''
    mkdir "$out"
    ${lib.concatMapStrings (name: "cp -r ${rendered name} \"$out/${name}\"\n") (attrNames (removeAttrs hosts [ "template" ]))}
  '';

  server-page = pkgs.writeText "options.md" (import ../../modules/docs.nix { inherit lib; inherit (hosts.everything) options; });
  server-docs = check "server-docs" { committed = ../../docs/reference; generated = self.checks.${pkgs.stdenv.hostPlatform.system}.server-page; } ''
    diff -u "$committed/options.md" "$generated" || { echo "docs/reference/options.md differs from modules/: run checks/server/update.sh"; exit 1; }
  '';

  server-units = check "server-units" { golden = ./golden; rendered = self.checks.${pkgs.stdenv.hostPlatform.system}.server-rendered; } ''
    diff -ru "$golden" "$rendered" || { echo "checks/server/golden differs from what modules/ gives: run checks/server/update.sh, and read its change"; exit 1; }
  '';
}
