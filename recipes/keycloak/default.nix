# Keycloak with its database: an identity provider, and the one that other recipes here `need`. A realm
# stands for its data: made, read and renamed by the admin's own interface.
let
  admin = "admin"; # unconfirmed: the name that the recipe gives the admin
  json = { Content-Type = "application/json"; Authorization = "Bearer \${token}"; };
  token = {
    http = {
      method = "POST";
      path = "/realms/master/protocol/openid-connect/token";
      form = { grant_type = "password"; client_id = "admin-cli"; username = admin; password = "\${secret:admin_password}"; };
      expect.status = 200;
      save.token = "json:access_token";
    };
  };
in
{
  description = "Identity provider";
  category = "identity";

  # Migrations of the first start take minutes; "/realms/master" comes from the database.
  ready = { path = "/realms/master"; status = [ 200 ]; timeout = "10m"; };

  state.write = [
    token
    {
      http = {
        method = "POST";
        path = "/admin/realms";
        headers = json;
        body = builtins.toJSON { realm = "cc-ci-state"; displayName = "kept"; enabled = true; };
        expect.status = 201;
      };
    }
  ];
  state.verify = [
    token
    { http = { path = "/admin/realms/cc-ci-state"; headers = json; expect = { status = 200; json.displayName = "kept"; }; }; }
    # People still find it.
    { http = { path = "/realms/cc-ci-state/.well-known/openid-configuration"; expect.json.issuer = "\${base}/realms/cc-ci-state"; }; }
  ];
  state.change = [
    token
    {
      http = {
        method = "PUT";
        path = "/admin/realms/cc-ci-state";
        headers = json;
        body = builtins.toJSON { realm = "cc-ci-state"; displayName = "lost"; };
        expect.status = 204;
      };
    }
  ];

  # The ids of the login form have been the same since the first versions.
  flows.log-in = [
    { goto = "/admin/master/console/"; timeout = "60s"; }
    { fill = { at = "#username"; value = admin; }; timeout = "60s"; }
    { fill = { at = "#password"; value = "\${secret:admin_password}"; }; }
    { click = "#kc-login"; }
    { expectURL = "**/admin/master/console/**"; timeout = "60s"; }
    { expectText.text = "Users"; timeout = "60s"; }
  ];

  limits = { deploy = "10m"; step = "1m"; run = "1h"; };
}
