# HedgeDoc 1 with its Postgres. Notes are changed over a websocket alone, so a test that changes one
# without a browser goes to the database: the table is "Notes" in every HedgeDoc 1.
let
  sql = query: {
    service = "db"; # unconfirmed: the service's name, and that its environment names user and database
    command = [ "sh" "-c" "psql --no-psqlrc --set ON_ERROR_STOP=1 --username \"$POSTGRES_USER\" --dbname \"$POSTGRES_DB\" --command \"$1\"" "sh" query ];
  };
in
{
  description = "Collaborative Markdown notes";
  category = "single-database";

  # "/status" speaks with the database; "/" does not.
  ready = { path = "/status"; status = [ 200 ]; };

  env = {
    CMD_ALLOW_ANONYMOUS = "true"; # notes without an account, below
    CMD_ALLOW_EMAIL_REGISTER = "true"; # the account of the flow log-in
  };

  state.write = [
    {
      http = {
        method = "POST";
        path = "/new";
        headers.Content-Type = "text/markdown";
        body = "# kept";
        expect.status = 302;
        save.note = "header:Location";
      };
    }
  ];
  state.verify = [ { http = { path = "\${note}/download"; expect = { status = 200; body = "# kept"; }; }; } ];
  state.change = [ { exec = sql "UPDATE \"Notes\" SET content = replace(content, 'kept', 'lost')" // { expect.absent = "UPDATE 0"; }; } ];

  flows.write-a-note = [
    { goto = "/new"; }
    { click = ".CodeMirror"; }
    { type = { at = ".CodeMirror textarea"; value = "# Milk and bread"; }; }
    { expectText = { at = ".markdown-body"; text = "Milk and bread"; }; }
    { save.as = "note"; }
    { goto = "\${note}"; }
    { expectText = { at = ".markdown-body"; text = "Milk and bread"; }; }
    { expectNoConsoleErrors = { }; }
  ];
  flows.log-in = [
    { goto = "/"; }
    { click = "button[data-target='.signin-modal']"; }
    { fill = { at = ".signin-modal input[name=email]"; value = "ci@example.org"; }; }
    { fill = { at = ".signin-modal input[name=password]"; value = "ci-\${run}"; }; }
    { click = ".signin-modal button[formaction='/register']"; }
    { expectText.text = "registered"; }
    { click = "button[data-target='.signin-modal']"; }
    { fill = { at = ".signin-modal input[name=email]"; value = "ci@example.org"; }; }
    { fill = { at = ".signin-modal input[name=password]"; value = "ci-\${run}"; }; }
    { click = ".signin-modal button[formaction='/login']"; }
    { expectText.text = "Sign Out"; }
  ];
}
