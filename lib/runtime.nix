# What a run needs beside cc-ci itself.
#
#   inputs   packages for PATH: abra, git, the sandbox's tools, the browser and its node
#   exports  lines of shell: the browser's driver, and fonts, without which text renders as boxes
#
# The stand-in nixpkgs of checks/fixture has none of these packages. There the machine's site file
# names abra, the browser and its driver, so both are empty.
{ pkgs }:
if !(pkgs ? abra) then { inputs = [ ]; exports = ""; }
else
  let
    driver = import ../go/playwright-driver.nix { inherit pkgs; };
    fonts = pkgs.makeFontsConf { fontDirectories = [ pkgs.liberation_ttf ]; };
  in
  {
    inputs = [
      pkgs.abra
      pkgs.git
      pkgs.openssh
      pkgs.bubblewrap
      pkgs.iproute2
      pkgs.util-linux
      pkgs.chromium
      pkgs.nodejs
    ];
    exports = ''
      export CC_CI_PLAYWRIGHT_DRIVER="''${CC_CI_PLAYWRIGHT_DRIVER:-${driver}}"
      export FONTCONFIG_FILE="''${FONTCONFIG_FILE:-${fonts}}"
    '';
  }
