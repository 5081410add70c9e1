{ lib, ... }: { services.cc-ci.certificate.privkey = lib.mkForce null; }
