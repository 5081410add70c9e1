# authentik: server, worker, Postgres and Redis. A group stands for its data, through the API that its
# own pages use. unconfirmed: the names of the secrets, and that admin_token becomes the API's token.
let
  signed = { Authorization = "Bearer \${secret:admin_token}"; Content-Type = "application/json"; };
in
{
  description = "Identity provider with flows of its own";
  category = "identity";

  # 204 in older versions. The first start migrates for minutes.
  ready = { path = "/-/health/ready/"; status = [ 200 204 ]; timeout = "15m"; };

  state.write = [
    {
      http = {
        method = "POST";
        path = "/api/v3/core/groups/";
        headers = signed;
        body = builtins.toJSON { name = "cc-ci"; attributes.note = "kept"; };
        expect.status = 201;
        save.group = "json:pk";
      };
    }
  ];
  state.verify = [
    { http = { path = "/api/v3/core/groups/\${group}/"; headers = signed; expect = { status = 200; json."attributes.note" = "kept"; }; }; }
  ];
  state.change = [
    {
      http = {
        method = "PATCH";
        path = "/api/v3/core/groups/\${group}/";
        headers = signed;
        body = builtins.toJSON { attributes.note = "lost"; };
        expect.status = 200;
      };
    }
  ];

  # One field a page; its parts are web components, which a CSS selector looks into.
  flows.log-in = [
    { goto = "/if/flow/default-authentication-flow/"; timeout = "60s"; }
    { fill = { at = "input[name=uidField]"; value = "akadmin"; }; timeout = "60s"; }
    { click = "button[type=submit]"; }
    { fill = { at = "input[name=password]"; value = "\${secret:admin_pass}"; }; timeout = "30s"; }
    { click = "button[type=submit]"; }
    { expectURL = "**/if/user/**"; timeout = "60s"; }
  ];

  limits = { deploy = "15m"; step = "1m"; run = "1h15m"; };
}
