# nginx that serves one volume. What it keeps are files, so they are written where an operator puts
# them, and read as a visitor does.
let
  folder = "/usr/share/nginx/html";
  write = text: { exec.command = [ "sh" "-c" "printf %s \"$1\" > ${folder}/cc-ci.txt" "sh" text ]; };
in
{
  description = "Static web pages, served by nginx";
  category = "stateful";

  # A fresh volume has no index page, and nginx answers 403 for a folder without one.
  ready.status = [ 200 403 ];

  # What an operator publishes, and a visitor reads.
  setup = [ { file = { path = "${folder}/hello.html"; write = "<!doctype html><title>Hello</title><h1>Milk and bread</h1>"; }; } ];
  flows.read-a-page = [
    { goto = "/hello.html"; }
    { expectTitle = "Hello"; }
    { expectText = { at.role = "heading"; text = "Milk and bread"; }; }
    { expectNoConsoleErrors.allow = [ "favicon" ]; }
  ];

  state.write = [
    (write "kept")
    { http = { path = "/cc-ci.txt"; expect.equals = "kept"; }; }
  ];
  state.verify = [ { http = { path = "/cc-ci.txt"; expect = { status = 200; equals = "kept"; }; }; } ];
  state.change = [ (write "lost") ];
}
