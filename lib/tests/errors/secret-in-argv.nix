{ backup.notApplicable = "none"; state = { write = [ { exec.command = [ "psql" "\${secret:db}" ]; } ]; verify = [ { http = { path = "/"; expect.status = 200; }; } ]; }; }
