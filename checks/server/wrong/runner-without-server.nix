{ services.cc-ci.profile = "runner"; }
