# This project's own checks, for `nix flake check` (I2). Each is one derivation that says first which
# nixpkgs it was made with.
{ self, pkgs }:
let
  inherit (builtins) concatMap concatStringsSep filter readFile split toJSON trace;

  which = if pkgs ? isFixture then "checks/fixture, a stand-in for nixpkgs" else "nixpkgs ${pkgs.lib.version}";
  check = name: env: script: pkgs.runCommand "check-${name}" env ''
    echo "${name}: made with ${which}"
    ${script}
    touch "$out"
  '';

  # Passes where failures, a list of messages, is empty; else prints them.
  none = name: failures: check name { text = concatStringsSep "\n" failures; passAsFile = [ "text" ]; } ''
    [ ! -s "$textPath" ] || { cat "$textPath"; exit 1; }
  '';

  run = import ../lib/tests/run.nix;
  template = (import ../lib/template/flake.nix).outputs {
    self = { };
    inherit (self.inputs) nixpkgs;
    cc-ci = self;
  };
  system = pkgs.stdenv.hostPlatform.system;

  # What can't be checked here is said each time, so that a green list is never read as more than it is.
  announced = checks:
    if !(pkgs ? isFixture) then checks
    else trace "not run: nix-nixpkgs: these checks are made with ${which}"
      (trace "not run: nix-vm: VM checks need nixpkgs" checks);
in
announced (import ./server { inherit self pkgs check none; } // {
  lib = none "lib" (run (import ../lib/tests).tests);

  parity = none "parity" (run (import ./parity.nix { inherit (pkgs) lib; } // import ./parity-modules.nix { inherit (pkgs) lib; }));

  docs = check "docs" { committed = ../docs/reference; generated = self.packages.${system}.docs; } ''
    cd "$TMPDIR"
    for page in recipe.md plan.schema.json; do
      diff -u "$committed/$page" "$generated/$page" || { echo "docs/reference/$page differs from the schema: run lib/tests/update.sh"; exit 1; }
    done
  '';

  recipes-page = none "recipes-page"
    (let
      folder = ../recipes;
      plans = import ../lib/recipes.nix { inherit folder; shownAs = "recipes"; };
    in
    if (import ../lib/verified.nix { inherit folder plans; }).page == readFile ../docs/recipes.md then [ ]
    else [ "docs/recipes.md is not what recipes/*/verified.json say: run lib/tests/update.sh" ]);

  proof-page = none "proof-page"
    (let
      read = folder: shownAs: import ../lib/recipes.nix { inherit folder shownAs; };
      plans = read ../recipes "recipes" // read ./tests "checks/tests";
    in
    if import ../lib/proof.nix { records = builtins.fromJSON (readFile ./proof.json); inherit plans; } == readFile ../docs/proof.md then [ ]
    else [ "docs/proof.md is not what checks/proof.json says: run lib/tests/update.sh" ]);

  examples = none "examples" (import ./examples.nix { inherit self; });

  # What `cc-ci flow import` and `cc-ci recipe new` print are recipe files that evaluate, as they
  # stand and with their suggestions taken.
  printed-recipes = none "printed-recipes" (concatMap
    (file:
      let
        text = readFile (../go/internal + "/${file}");
        taken = builtins.replaceStrings [ "# state." "# flows." ] [ "state." "flows." ] text;
        judged = text: (import ../lib/check.nix { name = "printed"; inherit file; } (import (builtins.toFile "printed.nix" text))).messages;
      in
      judged text ++ judged taken)
    [ "recorder/testdata/login.nix" "draft/testdata/cryptpad.nix" "draft/testdata/miniflux.nix" "draft/testdata/notes.nix" ]);

  # Each `nix run .#test-<name> -- --help`, as typed: the app builds and starts.
  apps-help = check "apps-help" { } (concatStringsSep "\n" (builtins.attrValues (builtins.mapAttrs
    (name: app: ''
      HOME=$TMPDIR ${app.program} --help >help 2>&1 || { echo "${name} --help: expected exit 0, found $?:"; cat help; exit 1; }
      grep -q -e '^  *--stage' help || { echo "${name} --help: expected the flag --stage in it, found:"; cat help; exit 1; }
    '')
    self.apps.${system})));

  flake-size = none "flake-size"
    (let lines = builtins.length (filter builtins.isString (split "\n" (readFile ../flake.nix))) - 1;
    in if lines < 80 then [ ] else [ "flake.nix: expected fewer than 80 lines, found ${toString lines}: it is a table of contents" ]);

  template = check "template" { plan = template.packages.${system}.plan-example; app = toJSON template.apps.${system}.test-example; } ''
    grep -q '"recipe":"example"' "$plan"
  '';
} // (if pkgs ? testers then { vm-server = import ./vm/server.nix { inherit self pkgs; }; } else {
  # Where nothing can boot, the VM checks are evaluated at least.
  vm-evaluates = check "vm-evaluates"
    (
      let
        vm = pkgs // import ./fixture/vm.nix { inherit pkgs; };
        tests = self.lib.mkTests { pkgs = vm; recipes = ../recipes; offline = (import ./vm/offline.nix { pkgs = vm; }).recipes; };
      in
      builtins.mapAttrs (_: test: builtins.unsafeDiscardStringContext test.drvPath) { server = import ./vm/server.nix { inherit self; pkgs = vm; }; recipe = tests.checks.vm-custom-html; }
    ) "";
}))
