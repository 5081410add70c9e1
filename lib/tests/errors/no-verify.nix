{ state.write = [ { http.path = "/"; } ]; }
