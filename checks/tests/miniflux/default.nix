# Miniflux, a real feed reader with a Postgres, and people who log in through Dex: one database, single sign-on.
let
  # Its forms carry a token, which changes when somebody logs in.
  token = path: { http = { inherit path; expect.status = 200; save.csrf = "regex:name=\"csrf\" value=\"([^\"]+)\""; }; };
  post = path: form: { http = { method = "POST"; inherit path; form = form // { csrf = "\${csrf}"; }; expect.status = 302; }; };
  login = [
    (token "/")
    (post "/login" { username = "admin"; password = "\${secret:admin_password}"; })
  ];

  auth = { user = "admin"; password = "\${secret:admin_password}"; };

  opml = category: feed: ''
    <opml version="2.0"><body><outline text="${category}"><outline title="${feed}" xmlUrl="https://feeds.example.org/${feed}.xml"/></outline></body></opml>
  '';
in
{
  description = "A minimalist feed reader";
  category = "single-database";
  ready.path = "/healthcheck";
  compose = [ "compose.yml" "compose.oidc.yml" ];

  # A person of the provider, and this app as its client.
  needs.idp = {
    recipe = "dex";
    env = { OIDC_CLIENT_ID = "miniflux"; OIDC_REDIRECT_URI = "\${base}/oauth2/oidc/callback"; };
    setup = [
      { save = { as = "password"; value = "pw-\${run}"; }; }
      {
        exec = {
          service = "db";
          command = [ "psql" "--quiet" "--set" "ON_ERROR_STOP=1" "--username=dex" "--dbname=dex" ];
          stdin = ''
            \set password ''${password}
            create extension pgcrypto;
            insert into password (email, hash, username, user_id)
              values ('person@example.org', crypt(:'password', gen_salt('bf', 10))::bytea, 'person', '1');
          '';
        };
      }
      { save = { as = "client_secret"; value = "\${secret:client_secret}"; }; }
    ];
  };
  env = { OIDC_ISSUER = "\${idp.base}"; OIDC_CLIENT_ID = "miniflux"; SECRET_OIDC_CLIENT_SECRET_VERSION = "v1"; };
  secrets.oidc_client_secret.value = "\${idp.client_secret}";

  # A category with a feed in it, looked at through the API: its pages and its export say something new each time.
  state.write = login ++ [
    (token "/import")
    { http = { method = "POST"; path = "/upload"; upload = { field = "file"; name = "feeds.opml"; content = opml "kept" "kept-news"; }; form.csrf = "\${csrf}"; expect.status = 302; }; }
  ];
  state.verify = [
    { http = { path = "/v1/categories"; inherit auth; expect.body = "\"title\":\"kept\""; }; }
    { http = { path = "/v1/feeds"; inherit auth; expect.body = "https://feeds.example.org/kept-news.xml"; }; }
  ];
  state.change = [
    { http = { path = "/v1/categories"; inherit auth; expect.status = 200; save.category = "regex:\"id\":([0-9]+),\"title\":\"kept\""; }; }
    { http = { method = "PUT"; path = "/v1/categories/\${category}"; inherit auth; body = "{\"title\":\"lost\"}"; }; }
    { http = { path = "/v1/feeds"; inherit auth; expect.status = 200; save.feed = "regex:\"id\":([0-9]+),\"user_id\":[0-9]+,\"feed_url\":\"https://feeds.example.org/kept-news.xml\""; }; }
    { http = { method = "DELETE"; path = "/v1/feeds/\${feed}"; inherit auth; }; }
  ];

  flows.single-sign-on = [
    { goto = "/"; }
    { click.text = "Single Sign-On"; }
    { expectURL = "\${idp.base}/auth/**"; }
    { fill = { at = "#login"; value = "person@example.org"; }; }
    { fill = { at = "#password"; value = "\${idp.password}"; }; }
    { click = "#submit-login"; }
    { expectURL = "\${base}/unread"; }
    { goto = "/settings"; }
    { eval = { js = "document.querySelector('#form-username').value"; equals = "person@example.org"; }; }
    { expectNoConsoleErrors = { }; }
  ];
  flows.subscribe = [
    { goto = "/"; }
    { fill = { at.label = "Username"; value = "admin"; }; }
    { fill = { at.label = "Password"; value = "\${secret:admin_password}"; }; }
    { click = { role = "button"; name = "Login"; }; }
    { expectURL = "**/unread"; }
    { goto = "/import"; }
    { upload = { at.label = "OPML file"; name = "feeds.opml"; content = opml "Morning" "garden-news"; }; }
    { click = "form[action='/upload'] button"; }
    { expectURL = "**/feeds"; }
    { expectText = { at = "main"; text = "garden-news"; }; }
    { goto = "/categories"; }
    { expectText = { at = "main"; text = "Morning"; }; }
    { expectNoConsoleErrors = { }; }
  ];
}
