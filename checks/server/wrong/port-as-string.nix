{ services.cc-ci.bridge.port = "7775"; }
