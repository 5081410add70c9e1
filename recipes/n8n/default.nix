# n8n with its SQLite. Its first visitor makes the owner's account; the same requests that its editor
# sends make, publish, read and rename a workflow, which answers a webhook.
let
  password = "Ci-\${run}"; # wants eight characters, one of them a digit and one a capital
  # It answers 429 to more than a few logins of one person in a minute.
  login = {
    within = "2m";
    http = {
      method = "POST";
      path = "/rest/login";
      headers = json;
      body = builtins.toJSON { emailOrLdapLoginId = "ci@example.org"; inherit password; };
      expect.status = 200;
    };
  };
  json = { Content-Type = "application/json"; };
  # Webhook -> Answer, whose text is an expression that n8n evaluates.
  workflow = {
    name = "kept";
    settings = { };
    nodes = [
      {
        id = "webhook";
        name = "Webhook";
        type = "n8n-nodes-base.webhook";
        typeVersion = 2;
        position = [ 0 0 ];
        webhookId = "kept";
        parameters = { httpMethod = "GET"; path = "kept"; responseMode = "lastNode"; };
      }
      {
        id = "answer";
        name = "Answer";
        type = "n8n-nodes-base.set";
        typeVersion = 3.4;
        position = [ 220 0 ];
        parameters.assignments.assignments = [ { id = "said"; name = "said"; type = "string"; value = "={{ $json.query.word + ' was kept' }}"; } ];
      }
    ];
    connections.Webhook.main = [ [ { node = "Answer"; type = "main"; index = 0; } ] ];
  };
in
{
  description = "Workflow automation";
  category = "stateful";

  # The database has been migrated.
  ready = { path = "/healthz/readiness"; status = [ 200 ]; timeout = "10m"; };

  # Who has not logged in yet is asked for his session all the same.
  smoke.allow = [ "status of 401 .*/rest/login" ];

  setup = [
    {
      http = {
        method = "POST";
        path = "/rest/owner/setup";
        headers = json;
        body = builtins.toJSON { email = "ci@example.org"; firstName = "Ci"; lastName = "Test"; inherit password; };
        expect.status = 200;
      };
    }
  ];

  state.write = [
    login
    { http = { method = "POST"; path = "/rest/workflows"; headers = json; body = builtins.toJSON workflow; expect.status = 200; save = { id = "json:data.id"; version = "json:data.versionId"; }; }; }
    { http = { method = "POST"; path = "/rest/workflows/\${id}/activate"; headers = json; body = builtins.toJSON { versionId = "\${version}"; }; expect.status = 200; }; }
  ];
  state.verify = [
    # Published workflows are started only when n8n is ready already.
    { http = { path = "/webhook/kept?word=it"; expect = { status = 200; json.said = "it was kept"; }; }; within = "30s"; }
    login
    { http = { path = "/rest/workflows/\${id}"; expect = { status = 200; json."data.name" = "kept"; }; }; }
  ];
  state.change = [
    login
    { http = { method = "POST"; path = "/rest/workflows/\${id}/deactivate"; headers = json; body = "{}"; expect.status = 200; }; }
    { http = { path = "/rest/workflows/\${id}"; expect.status = 200; save.version = "json:data.versionId"; }; }
    {
      http = {
        method = "PATCH";
        path = "/rest/workflows/\${id}";
        headers = json;
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
    { expectURL = "**/home/**"; timeout = "60s"; }
    # The menu is there for whoever is logged in; what it stands beside depends on whether there is a workflow yet.
    { wait.for = { role = "menuitem"; name = "Overview"; }; timeout = "60s"; }
  ];

  limits = { deploy = "15m"; run = "1h"; };
}
