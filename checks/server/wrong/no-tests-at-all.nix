{ lib, ... }: { services.cc-ci.maxTests = lib.mkForce 0; }
