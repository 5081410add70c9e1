# n8n with its SQLite. Its first visitor makes the owner's account; the same requests that its editor
# sends make, read and rename a workflow.
let
  password = "Ci-\${run}"; # wants eight characters, one of them a digit and one a capital
  login = {
    http = {
      method = "POST";
      path = "/rest/login";
      headers.Content-Type = "application/json";
      body = builtins.toJSON { emailOrLdapLoginId = "ci@example.org"; inherit password; };
      expect.status = 200;
    };
  };
  workflow = name: builtins.toJSON { inherit name; nodes = [ ]; connections = { }; settings = { }; };
in
{
  description = "Workflow automation";
  category = "stateful";

  # The database has been migrated.
  ready = { path = "/healthz/readiness"; status = [ 200 ]; timeout = "10m"; };

  setup = [
    {
      http = {
        method = "POST";
        path = "/rest/owner/setup";
        headers.Content-Type = "application/json";
        body = builtins.toJSON { email = "ci@example.org"; firstName = "Ci"; lastName = "Test"; inherit password; };
        expect.status = 200;
      };
    }
  ];

  state.write = [
    login
    { http = { method = "POST"; path = "/rest/workflows"; headers.Content-Type = "application/json"; body = workflow "kept"; expect.status = 200; save.id = "json:data.id"; }; }
  ];
  state.verify = [
    login
    { http = { path = "/rest/workflows/\${id}"; expect = { status = 200; json."data.name" = "kept"; }; }; }
  ];
  state.change = [
    login
    { http = { path = "/rest/workflows/\${id}"; expect.status = 200; save.version = "json:data.versionId"; }; }
    {
      http = {
        method = "PATCH";
        path = "/rest/workflows/\${id}";
        headers.Content-Type = "application/json";
        body = builtins.toJSON { name = "lost"; versionId = "\${version}"; };
        expect.status = 200;
      };
    }
  ];

  flows.log-in = [
    { goto = "/signin"; }
    { fill = { at = "input[autocomplete=email]"; value = "ci@example.org"; }; }
    { fill = { at = "input[type=password]"; value = password; }; }
    { click = { role = "button"; name = "Sign in"; }; }
    { expectURL = "**/home/**"; timeout = "30s"; }
    { expectText.text = "Workflows"; timeout = "30s"; }
  ];

  limits = { deploy = "15m"; run = "1h"; };
}
