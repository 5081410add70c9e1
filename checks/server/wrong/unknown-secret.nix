{ services.cc-ci.secrets.forge-tokn = "/run/agenix/forge-token"; }
