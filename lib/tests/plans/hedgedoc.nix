{
  description = "Collaborative Markdown notes";
  category = "single-database";
  ready.path = "/status";
  env.CMD_ALLOW_ANONYMOUS = "true";

  state.write = [ { http = { method = "POST"; path = "/new"; body = "# kept"; expect.status = 302; save.note = "header:Location"; }; } ];
  state.verify = [ { http = { path = "\${note}/download"; expect.body = "# kept"; }; } ];
  state.change = [ { http = { method = "PUT"; path = "\${note}"; body = "# lost"; expect.status = 200; }; } ];

  flows.write-a-note = [
    { goto = "/new"; }
    { type = { at.role = "textbox"; value = "hello"; }; }
    { expectText = { at = ".markdown-body"; text = "hello"; }; }
  ];
}
