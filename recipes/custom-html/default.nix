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

  state.write = [
    (write "kept")
    { http = { path = "/cc-ci.txt"; expect.equals = "kept"; }; }
  ];
  state.verify = [ { http = { path = "/cc-ci.txt"; expect = { status = 200; equals = "kept"; }; }; } ];
  state.change = [ (write "lost") ];
}
