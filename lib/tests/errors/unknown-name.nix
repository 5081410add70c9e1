{
  state.write = [ { http = { path = "/\${note}"; save.note = "header:Location"; }; } ];
  state.verify = [ { http = { path = "\${nto}"; expect.status = 200; }; } ];
  state.change = [ { http = { path = "\${something}"; }; } ];
  env.URL = "https://\${domian}";
}
