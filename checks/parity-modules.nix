# The module system as this project's modules use it, each case with what nixpkgs gives for it.
{ lib }:
let
  inherit (lib) evalModules mkDefault mkForce mkIf mkMerge mkOption types;

  of = modules: (evalModules { inherit modules; }).config;
  option = type: { options.x = mkOption { inherit type; }; };
  gives = type: definitions: (of ([ (option type) ] ++ map (x: { inherit x; }) definitions)).x;
  accepts = type: value: (builtins.tryEval (builtins.deepSeq (gives type [ value ]) true)).success;
  throws = value: !(builtins.tryEval (builtins.deepSeq value true)).success;

  job = { name, config, ... }: {
    options = {
      title = mkOption { type = types.str; default = name; };
      args = mkOption { type = types.listOf types.str; default = [ ]; };
      line = mkOption { type = types.str; readOnly = true; };
    };
    config.line = lib.concatStringsSep " " ([ config.title ] ++ config.args);
  };
in
{
  testDefault = { expr = (of [ { options.x = mkOption { type = types.int; default = 3; }; } ]).x; expected = 3; };
  testDefinitionBeatsDefault = {
    expr = (of [ { options.x = mkOption { type = types.int; default = 3; }; } { x = 4; } ]).x;
    expected = 4;
  };
  testMkDefault = { expr = gives types.int [ (mkDefault 1) 2 ]; expected = 2; };
  testMkForce = { expr = gives types.int [ (mkForce 1) 2 ]; expected = 1; };
  testConflict = { expr = throws (gives types.int [ 1 2 ]); expected = true; };
  testSameTwice = { expr = gives types.str [ "a" "a" ]; expected = "a"; };
  testMkIf = { expr = gives (types.listOf types.int) [ (mkIf true [ 1 ]) (mkIf false [ 2 ]) ]; expected = [ 1 ]; };
  testMkMerge = {
    expr = gives (types.listOf types.int) [ (mkMerge [ [ 1 ] (mkIf true [ 2 ]) ]) ];
    expected = [ 1 2 ];
  };
  testMkIfInsideList = { expr = gives (types.listOf types.int) [ [ 1 (mkIf false 2) 3 ] ]; expected = [ 1 3 ]; };
  testListsMergeLastModuleFirst = { expr = gives (types.listOf types.int) [ [ 1 ] [ 2 ] ]; expected = [ 2 1 ]; };
  testLines = { expr = gives types.lines [ "a" "b" ]; expected = "b\na"; };
  testAttrsMerge = {
    expr = gives (types.attrsOf types.int) [ { a = 1; } { b = mkIf false 2; c = 3; } ];
    expected = { a = 1; c = 3; };
  };
  testMkIfAroundASet = {
    expr = (of [ {
      options.a.b = mkOption { type = types.int; default = 0; };
      options.on = mkOption { type = types.bool; };
    } ({ config, ... }: { config = mkIf config.on { a.b = 1; }; }) { on = true; } ]).a.b;
    expected = 1;
  };
  testSubmodules = {
    expr = lib.mapAttrs (_: j: j.line) (gives (types.attrsOf (types.submodule job)) [ {
      build.args = [ "-v" ];
    } { test.title = "check"; } ]);
    expected = { build = "build -v"; test = "check"; };
  };
  testImports = { expr = (of [ { imports = [ (option types.int) { x = 7; } ]; } ]).x; expected = 7; };
  testModuleArguments = {
    expr = (of [ (option types.int) { _module.args.five = 5; } ({ five, ... }: { x = five; }) ]).x;
    expected = 5;
  };
  testTypeOfOurOwn = {
    expr = let own = types.addCheck types.str (v: lib.hasPrefix "/" v) // { description = "ours"; }; in [ (accepts own "/a") (accepts own "a") (accepts own 1) (accepts (types.nullOr own) null) ];
    expected = [ true false false true ];
  };
  testDefaultOfAnotherOption = {
    expr = (of [ ({ config, ... }: { options = { a = mkOption { type = types.str; }; b = mkOption { type = types.str; default = "${config.a}/b"; defaultText = "a/b"; }; }; config.a = "x"; }) ]).b;
    expected = "x/b";
  };
  testMkDefaultInsideAttrs = { expr = gives (types.attrsOf types.str) [ { a = mkDefault "weak"; } { a = "strong"; b = "x"; } ]; expected = { a = "strong"; b = "x"; }; };
  testNestedSubmodules = {
    expr = (gives (types.attrsOf (types.submodule { options.x = mkOption { type = types.listOf (types.submodule { options.y = mkOption { type = types.int; default = 7; }; }); default = [ ]; }; })) [ { a.x = [ { } { y = 1; } ]; } ]).a.x;
    expected = [ { y = 7; } { y = 1; } ];
  };
  testSpecialArgs = {
    expr = (evalModules {
      specialArgs.five = 5;
      modules = [ (option types.int) ({ five, ... }: { x = five; }) ];
    }).config.x;
    expected = 5;
  };
  testApply = {
    expr = (of [ { options.x = mkOption { type = types.int; apply = x: x + 1; }; config.x = 1; } ]).x;
    expected = 2;
  };
  testEnable = { expr = (of [ { options.x.enable = lib.mkEnableOption "it"; } ]).x.enable; expected = false; };

  testUnknownOption = { expr = throws (of [ (option types.int) { y = 1; } ]); expected = true; };
  testUnknownNestedOption = {
    expr = throws (of [ { options.a.b = mkOption { type = types.int; default = 1; }; } { a.c = 1; } ]);
    expected = true;
  };
  testUndefined = { expr = throws (of [ (option types.int) ]).x; expected = true; };
  testEmptyValues = {
    expr = map (type: (of [ (option type) ]).x) [ (types.listOf types.int) (types.attrsOf types.int) (types.nullOr types.int) (types.submodule { options.a = mkOption { default = 1; }; }) ];
    expected = [ [ ] { } null { a = 1; } ];
  };

  testTypesAccept = {
    expr = [
      (accepts types.port 443)
      (accepts (types.nullOr types.str) null)
      (accepts (types.enum [ "a" "b" ]) "b")
      (accepts (types.either types.int types.str) "b")
      (accepts (types.strMatching "[a-z]+") "abc")
      (accepts types.path "/var/lib")
      (accepts types.nonEmptyStr "x")
      (accepts types.ints.positive 1)
      (accepts (types.oneOf [ types.int types.bool types.str ]) true)
    ];
    expected = [ true true true true true true true true true ];
  };
  testTypesRefuse = {
    expr = [
      (accepts types.port 70000)
      (accepts types.str null)
      (accepts (types.enum [ "a" "b" ]) "c")
      (accepts (types.either types.int types.str) true)
      (accepts (types.strMatching "[a-z]+") "ABC")
      (accepts types.path "var/lib")
      (accepts types.nonEmptyStr " ")
      (accepts types.ints.positive 0)
      (accepts (types.listOf types.int) [ "a" ])
      (accepts types.bool "true")
    ];
    expected = [ false false false false false false false false false false ];
  };
}
