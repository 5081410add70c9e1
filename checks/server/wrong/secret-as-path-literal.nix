{ services.cc-ci.secrets.forge-token = ./secret-as-path-literal.nix; }
