{ lib, ... }: { services.cc-ci.secrets.forge-token = lib.mkForce null; }
