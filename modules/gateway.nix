# This host as Traefik's container sees it: the first address of docker_gwbridge.
#
# gateway : services.cc-ci -> { address; url : port -> string; }
cfg:
let
  parts = builtins.match "([0-9]+[.][0-9]+[.][0-9]+)[.]0/[0-9]+" cfg.swarm.gatewaySubnet;
in
rec {
  address = "${builtins.head parts}.1";
  url = port: "http://${address}:${toString port}";
}
