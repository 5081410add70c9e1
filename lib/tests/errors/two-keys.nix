{ state.write = [ { http.path = "/"; exec.command = [ "true" ]; } { timeout = "3s"; } "wait" ]; }
