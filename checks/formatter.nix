# `nix fmt`: gofmt and a syntax check of Nix files.
{ pkgs }:
pkgs.writeShellApplication {
  name = "cc-ci-fmt";
  runtimeInputs = if pkgs ? go then [ pkgs.go pkgs.nix pkgs.findutils ] else [ ];
  text = ''
    cd "$(git rev-parse --show-toplevel)"
    gofmt -w go
    git ls-files -z '*.nix' | xargs -0 nix-instantiate --parse >/dev/null
  '';
}
