{ services.cc-ci.secrets.forge-token = "${builtins.toFile "token" "planted"}"; }
