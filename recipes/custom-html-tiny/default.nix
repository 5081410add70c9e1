# static-web-server over one volume: the smallest recipe there is. Its image has no shell, so pages are
# put into the volume through the engine, where an operator would copy them.
let
  folder = "/public"; # unconfirmed: where the recipe mounts its volume
  put = name: write: { file = { path = "${folder}/${name}"; inherit write; }; };
in
{
  description = "Static web pages, served by static-web-server";
  category = "stateless";

  # 404 is what it answers for an unknown page, so readiness needs a page that is there.
  ready = { path = "/"; status = [ 200 ]; timeout = "2m"; };

  setup = [ (put "hello.html" "<!doctype html><title>Hello</title><h1>Milk and bread</h1>") ];

  state.write = [
    (put "cc-ci.txt" "kept")
    { http = { path = "/cc-ci.txt"; expect.equals = "kept"; }; }
  ];
  state.verify = [
    { http = { path = "/cc-ci.txt"; expect = { status = 200; equals = "kept"; }; }; }
    { http = { path = "/never-written.txt"; expect.status = 404; }; }
  ];

  flows.read-a-page = [
    { goto = "/hello.html"; }
    { expectTitle = "Hello"; }
    { expectText = { at.role = "heading"; text = "Milk and bread"; }; }
    { expectNoConsoleErrors.allow = [ "favicon" ]; }
  ];

  backup.notApplicable = "the recipe has no backup labels by design: pages are published from elsewhere";
}
