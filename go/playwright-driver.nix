# The Playwright driver that the Go client is pinned to: node and the unpacked npm package, laid out
# as the client expects. nixpkgs' own playwright-driver is of another version, and with a version
# that doesn't fit, a failing browser step hangs for ever.
{ pkgs }:
let
  version = "1.60.0";

  # `npm pack` gives the published archive byte for byte.
  archive = pkgs.runCommand "playwright-core-${version}.tgz"
    {
      nativeBuildInputs = [ pkgs.nodejs pkgs.cacert ];
      outputHashMode = "flat";
      outputHash = "sha512-9bW6zvX/m0lEbgTKJ6YppOKx8H3VOPBMOCFh2irXFOT4BbHgrx5hPjwJYLT40Lu+4qtD36qKc/Hn56StUW57IA==";
      impureEnvVars = pkgs.lib.fetchers.proxyImpureEnvVars ++ [ "npm_config_registry" ];
    } ''
    export HOME=$TMPDIR
    npm pack --silent playwright-core@${version}
    mv playwright-core-${version}.tgz "$out"
  '';
in
pkgs.runCommand "cc-ci-playwright-driver-${version}" { } ''
  mkdir "$out"
  tar -xzf ${archive} -C "$out"
  ln -s ${pkgs.nodejs}/bin/node "$out/node"
''
