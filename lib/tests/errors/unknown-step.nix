{ state = { write = [ { htpp.path = "/"; } ]; verify = [ { http = { path = "/"; expect.statsu = 200; }; } ]; change = [ { exec.comand = [ "true" ]; } ]; }; }
