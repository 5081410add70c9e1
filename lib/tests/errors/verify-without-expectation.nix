{
  state.write = [ { http.path = "/"; } ];
  state.verify = [ { http.path = "/"; } { exec.command = [ "true" ]; } { browser = [ { goto = "/"; } { expectTitle = "x"; optional = true; } ]; } ];
  state.change = [ { http.path = "/"; } ];
}
