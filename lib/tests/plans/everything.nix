# Every field, every step and every modifier at least once.
{
  description = "Everything at once";
  category = "other";
  source = "https://git.example.org/everything.git";
  env = { HOST = "\${domain}"; LITERAL = "$\${KEEP}"; };
  compose = [ "compose.yml" "db/compose.postgres.yml" ];
  hosts = [ "sandbox-\${domain}" ];
  tls = "app";
  secrets = { key = { kind = "hex"; length = 64; }; token = { }; };
  ready = { path = "/health"; also = [ "https://office-\${domain}/discovery" ]; status = [ 200 204 ]; timeout = "90s"; };

  setup = [
    { http = { method = "POST"; path = "/setup"; auth = { user = "admin"; password = "\${secret:token}"; }; expect.status = 204; }; }
    { exec = { service = "store"; command = [ "mc" "mb" "local/media" ]; }; }
  ];
  state.write = [
    { file = { path = "/data/kept"; write = "\${run}"; }; }
    { save = { as = "title"; value = "note-\${run}"; }; timeout = "1s"; }
    {
      http = {
        method = "POST";
        path = "https://sandbox-\${domain}/login";
        headers.Accept = "text/html";
        form = { user = "ci"; password = "\${secret:token}"; };
        upload = { field = "file"; name = "a.bin"; size = 1048576; };
        expect = { status = 201; body = "\${title}"; absent = "error"; json."a.0" = "x"; header.Location = "/n/"; };
        save = {
          note = "header:Location";
          id = "json:data.id";
          whole = "body";
          csrf = "regex:name=\"csrf\" value=\"([^\"]+)\"";
          session = "cookie:sid";
        };
      };
      timeout = "1m";
    }
    {
      exec = {
        service = "db";
        command = [ "psql" "-c" "select 1" ];
        stdin = "\${secret:key}";
        env.PGPASSWORD = "\${secret:token}";
        user = "postgres";
        expect = { exit = 0; stdout = "1"; absent = "ERROR"; equals = "1"; };
        save = { out = "stdout"; first = "line:1"; };
      };
    }
  ];
  state.verify = [
    { file = { path = "/data/kept"; expect = "\${run}"; }; }
    { file = { service = "db"; path = "/data/lock"; absent = true; }; within = "10s"; }
    {
      http = {
        path = "\${note}";
        expect = { equals = "kept"; sha256 = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"; };
      };
    }
    {
      browser = [
        { goto = "\${note}"; }
        { save = { at.role = "heading"; as = "heading"; }; }
        { expectText = { text = "\${heading}"; }; }
      ];
    }
  ];
  state.change = [ { exec.command = [ "rm" "/data/\${id}" ]; } ];

  flows.all = [
    { goto = "/"; }
    { fill = { at.label = "User"; value = "ci"; }; frame = "#login"; }
    { type = { at.placeholder = "Note"; value = "hello"; }; }
    { press.key = "Enter"; }
    { press = { at = "#editor"; key = "Control+S"; }; }
    { click = { role = "button"; name = "Save"; }; timeout = "20s"; }
    { click.text = "Later"; optional = true; }
    { select = { at.testId = "language"; value = "en"; }; }
    { upload = { at.css = "input[type=file]"; name = "a.txt"; content = "hello"; }; }
    { download = { click.text = "Export"; contains = "hello"; }; }
    { expectText = { at = ".toast"; text = "failed"; absent = true; }; }
    { expectURL = "*/notes/*"; }
    { expectTitle = "Notes"; }
    { expectNoConsoleErrors.allow = [ "favicon" ]; }
    { save = { at = "a.note"; attr = "href"; as = "link"; }; }
    { goto = "\${link}"; }
    { wait.for = "#ready"; }
    { wait = { for = "#spinner"; state = "hidden"; }; }
    { eval = { js = "document.title.length > 0"; equals = "true"; }; }
    { screenshot = "done"; }
  ];

  upgrade.from = [ "previous" "oldest" "1.2.0+3.4.5" ];
  backup.restore = [ "in-place" "fresh" "volumes-destroyed" ];
  local.notApplicable = "they need an account elsewhere";
  limits = { deploy = "20m"; step = "45s"; run = "1h30m"; pull = "30m"; };
  policy.exceptions = [ {
    rule = "capability";
    place = "service app: cap_add[0]";
    found = "NET_ADMIN";
    reason = "the media relay binds a low port";
  } ];
}
