# The notes app that cc-ci shows itself with: everything that a recipe's maintainer needs to say.
let
  login = { http = { method = "POST"; path = "/login"; form = { user = "admin"; password = "\${secret:admin_password}"; }; expect.status = 302; }; };

  logIn = [
    { goto = "/login"; }
    { fill = { at.label = "User"; value = "admin"; }; }
    { fill = { at.label = "Password"; value = "\${secret:admin_password}"; }; }
    { click = { role = "button"; name = "Log in"; }; }
    { expectURL = "**/notes"; }
  ];
in
{
  description = "Notes with a login, tags and files";
  category = "stateful";
  ready.path = "/healthz";
  env.SITE_NAME = "the demo";

  # What must survive an upgrade, and come back from a backup: a note and a file.
  state.write = [
    login
    { http = { method = "POST"; path = "/notes"; body = "# kept"; expect.status = 302; save.note = "header:Location"; }; }
    { http = { method = "POST"; path = "/files"; upload = { field = "file"; name = "state.txt"; content = "kept"; }; expect.status = 302; }; }
  ];
  state.verify = [
    login
    { http = { path = "\${note}/raw"; expect.equals = "# kept"; }; }
    { http = { path = "/files/state.txt"; expect.equals = "kept"; }; }
  ];
  state.change = [
    login
    { http = { method = "PUT"; path = "\${note}"; body = "# lost"; expect.status = 200; }; }
    { http = { method = "POST"; path = "/files"; upload = { field = "file"; name = "state.txt"; content = "lost"; }; expect.status = 302; }; }
  ];

  # What a person does, in a browser.
  flows.write-a-note = logIn ++ [
    { fill = { at.label = "Text"; value = "Milk and bread"; }; }
    { click = { role = "button"; name = "Save"; }; }
    { expectURL = "**/notes/*"; }
    { expectText = { at.role = "article"; text = "Milk and bread"; }; }
    { goto = "/notes"; }
    { expectText = { at = "main ul"; text = "Milk and bread"; }; }
    { expectNoConsoleErrors = { }; }
  ];
  flows.keep-a-file = logIn ++ [
    { click = { role = "link"; name = "Files"; }; }
    { upload = { at.label = "File"; name = "list.txt"; content = "one, two, three"; }; }
    { click = { role = "button"; name = "Upload"; }; }
    { download = { click = { role = "link"; name = "list.txt"; }; contains = "two"; }; }
    { expectNoConsoleErrors = { }; }
  ];
}
