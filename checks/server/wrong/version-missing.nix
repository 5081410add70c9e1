{ lib, ... }: { services.cc-ci.traefik.version = lib.mkForce null; }
