{ systemd.services.cc-ci-bridge.serviceConfg.Restart = "no"; }
