{ lib, ... }: { services.cc-ci.forge.url = lib.mkForce "http://git.example.org"; }
