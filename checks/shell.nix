# `nix develop`: what working on this repository needs.
{ pkgs }:
pkgs.mkShell {
  packages = if pkgs ? go then [ pkgs.go pkgs.gopls pkgs.golangci-lint pkgs.git pkgs.docker-client pkgs.nodejs pkgs.jq ] else [ ];
}
