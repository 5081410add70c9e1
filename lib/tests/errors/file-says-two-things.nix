{
  state.write = [ { file = { path = "/data/a"; write = "x"; expect = "x"; }; } ];
  state.verify = [ { file.path = "/data/a"; } ];
  state.change = [ { file = { path = "/data/a"; write = "y"; }; } ];
  setup = [ { file.path = "/data/b"; } ];
}
