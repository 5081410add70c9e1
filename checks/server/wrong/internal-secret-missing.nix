{ lib, ... }: { services.cc-ci.secrets.drone-rpc = lib.mkForce null; }
