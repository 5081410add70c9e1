# Immich: server, machine learning, Redis, and a Postgres with a vector extension. Upstream saves nothing
# of the database (backup labels on `app` alone, and all of its volumes left out): after a restore the
# app is empty. The stage backup is red for that reason, and should be until the recipe dumps its database.
let
  account = { email = "ci@example.org"; password = "ci-\${run}"; };
  json = { Content-Type = "application/json"; };
  signed = json // { Authorization = "Bearer \${token}"; };
  login = {
    http = {
      method = "POST";
      path = "/api/auth/login";
      headers = json;
      body = builtins.toJSON account;
      expect.status = 201;
      save.token = "json:accessToken";
    };
  };
in
{
  description = "Photos and videos";
  category = "large-volumes";

  ready = { path = "/api/server/ping"; status = [ 200 ]; timeout = "15m"; };

  setup = [
    { http = { method = "POST"; path = "/api/auth/admin-sign-up"; headers = json; body = builtins.toJSON (account // { name = "Ci"; }); expect.status = 201; }; }
  ];

  # An album is the database's. A photo's own file is in no backup, by upstream's choice, so that no test
  # of a restore can ask for one.
  state.write = [
    login
    { http = { method = "POST"; path = "/api/albums"; headers = signed; body = builtins.toJSON { albumName = "kept"; }; expect.status = 201; save.album = "json:id"; }; }
  ];
  state.verify = [
    login
    { http = { path = "/api/albums/\${album}"; headers = signed; expect = { status = 200; json.albumName = "kept"; }; }; }
  ];
  state.change = [
    login
    { http = { method = "PATCH"; path = "/api/albums/\${album}"; headers = signed; body = builtins.toJSON { albumName = "lost"; }; expect.status = 200; }; }
  ];

  flows.log-in = [
    { goto = "/auth/login"; timeout = "60s"; }
    { fill = { at.label = "Email"; value = account.email; }; timeout = "60s"; }
    { fill = { at.label = "Password"; value = account.password; }; }
    { click = { role = "button"; name = "Login"; }; }
    { wait = { for.label = "Password"; state = "hidden"; }; timeout = "60s"; }
    # Past the tour that the first login shows.
    { goto = "/albums"; timeout = "60s"; }
    { expectText.text = "Albums"; timeout = "60s"; }
  ];

  # The image for machine learning alone has several gigabytes.
  limits = { deploy = "20m"; pull = "45m"; run = "2h"; };
}
