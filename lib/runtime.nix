# What a run needs beside cc-ci itself.
#
#   inputs   packages for PATH
#   exports  lines of shell
#
# The stand-in nixpkgs of checks/fixture has none of these packages. There the machine's site file
# names abra, the browser and its driver, so both are empty.
{ pkgs }:
if !(pkgs ? abra) then { inputs = [ ]; exports = ""; }
else {
  inputs = [ pkgs.abra pkgs.git pkgs.openssh ];
  exports = ''
    export CC_CI_CHROMIUM="''${CC_CI_CHROMIUM:-${pkgs.chromium}/bin/chromium}"
    export PLAYWRIGHT_DRIVER_PATH="''${PLAYWRIGHT_DRIVER_PATH:-${import ../go/playwright-driver.nix { inherit pkgs; }}}"
    export PLAYWRIGHT_SKIP_VALIDATE_HOST_REQUIREMENTS=1
    export FONTCONFIG_FILE="''${FONTCONFIG_FILE:-${pkgs.makeFontsConf { fontDirectories = [ pkgs.liberation_ttf ]; }}}"
  '';
}
