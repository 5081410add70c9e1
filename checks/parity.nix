# The functions of nixpkgs' lib that this project uses, each with what it must give. The same cases
# run against checks/fixture and, where it is there, the real lib.
{ lib }:
{
  testMapAttrs' = {
    expr = lib.mapAttrs' (n: v: lib.nameValuePair "x-${n}" (v + 1)) { a = 1; b = 2; };
    expected = { x-a = 2; x-b = 3; };
  };
  testMapAttrsToList = { expr = lib.mapAttrsToList (n: v: n + v) { b = "2"; a = "1"; }; expected = [ "a1" "b2" ]; };
  testFilterAttrs = {
    expr = lib.filterAttrs (n: v: n != "a" && v > 1) { a = 5; b = 1; c = 2; };
    expected = { c = 2; };
  };
  testGenAttrs = { expr = lib.genAttrs [ "a" "b" ] (n: n + n); expected = { a = "aa"; b = "bb"; }; };
  testOptional = { expr = [ (lib.optional true 1) (lib.optional false 1) ]; expected = [ [ 1 ] [ ] ]; };
  testOptionals = { expr = [ (lib.optionals true [ 1 2 ]) (lib.optionals false [ 1 ]) ]; expected = [ [ 1 2 ] [ ] ]; };
  testOptionalAttrs = {
    expr = [ (lib.optionalAttrs true { a = 1; }) (lib.optionalAttrs false { a = 1; }) ];
    expected = [ { a = 1; } { } ];
  };
  testOptionalString = {
    expr = [ (lib.optionalString true "a") (lib.optionalString false "a") ];
    expected = [ "a" "" ];
  };
  testConcatMapStringsSep = { expr = lib.concatMapStringsSep ", " toString [ 1 2 ]; expected = "1, 2"; };
  testConcatMap = { expr = lib.concatMap (x: [ x x ]) [ 1 2 ]; expected = [ 1 1 2 2 ]; };
  testEscapeShellArg = {
    expr = map lib.escapeShellArg [ "plain-1.0/x" "it's" "" "a b" ];
    expected = [ "plain-1.0/x" "'it'\\''s'" "''" "'a b'" ];
  };
  testEscapeShellArgs = { expr = lib.escapeShellArgs [ "a" "b c" ]; expected = "a 'b c'"; };
  testGetName = { expr = map lib.getName [ { pname = "drone.io"; name = "drone.io-2.28.1"; } { name = "drone-runner-exec-2020"; } ]; expected = [ "drone.io" "drone-runner-exec" ]; };
  testGetExe' = { expr = lib.getExe' { outPath = "/p"; type = "derivation"; name = "x"; } "y"; expected = "/p/bin/y"; };
  testFilter = { expr = lib.filter (x: x > 1) [ 1 2 3 ]; expected = [ 2 3 ]; };
  testHasPrefix = { expr = map (lib.hasPrefix "/nix") [ "/nix/store" "/var" ]; expected = [ true false ]; };
  testGetExe = {
    expr = lib.getExe { outPath = "/p"; meta.mainProgram = "x"; type = "derivation"; name = "x"; };
    expected = "/p/bin/x";
  };
}
