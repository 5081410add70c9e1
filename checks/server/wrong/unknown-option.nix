{ services.cc-ci.dashbord.port = 7776; }
