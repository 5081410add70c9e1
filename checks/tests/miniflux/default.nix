# Miniflux, a real feed reader with a Postgres: the category of one database.
let
  # Its forms carry a token, which changes when somebody logs in.
  token = path: { http = { inherit path; expect.status = 200; save.csrf = "regex:name=\"csrf\" value=\"([^\"]+)\""; }; };
  post = path: form: { http = { method = "POST"; inherit path; form = form // { csrf = "\${csrf}"; }; expect.status = 302; }; };
  login = [
    (token "/")
    (post "/login" { username = "admin"; password = "\${secret:admin_password}"; })
  ];

  opml = category: feed: ''
    <opml version="2.0"><body><outline text="${category}"><outline title="${feed}" xmlUrl="https://feeds.example.org/${feed}.xml"/></outline></body></opml>
  '';
in
{
  description = "A minimalist feed reader";
  category = "single-database";
  ready.path = "/healthcheck";

  # A category with a feed in it.
  state.write = login ++ [
    (token "/import")
    { http = { method = "POST"; path = "/upload"; upload = { field = "file"; name = "feeds.opml"; content = opml "kept" "kept-news"; }; form.csrf = "\${csrf}"; expect.status = 302; }; }
  ];
  state.verify = login ++ [
    { http = { path = "/export"; expect.body = "<outline text=\"kept\">"; }; }
    { http = { path = "/export"; expect.body = "https://feeds.example.org/kept-news.xml"; }; }
  ];
  state.change = login ++ [
    { http = { path = "/categories"; expect.status = 200; save.category = "regex:href=\"/category/([0-9]+)/entries\">\\s*kept\\s"; }; }
    (token "/category/\${category}/edit")
    (post "/category/\${category}/update" { title = "lost"; })
    { http = { path = "/feeds"; expect.status = 200; save.feed = "regex:href=\"/feed/([0-9]+)/entries\""; }; }
    (token "/feed/\${feed}/edit")
    (post "/feed/\${feed}/remove" { })
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
