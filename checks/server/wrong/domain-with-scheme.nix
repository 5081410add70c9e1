{ lib, ... }: { services.cc-ci.domain = lib.mkForce "https://ci.example.org"; }
