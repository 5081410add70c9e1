# An entry of `needs`: a Keycloak beside the app, with a realm, a client and a person of the run's own.
#
# client : { redirect; } -> an entry that must be named `idp`
#   redirect   where the app takes people who come back from their login, a path
# Saves client_id, client_secret, issuer, user and password. Names of the recipe's own stand in recipes/keycloak.
{ redirect }:
let
  realm = "cc-ci"; # the Keycloak is the run's own
  api = "/admin/realms/${realm}";
  signed = { Content-Type = "application/json"; Authorization = "Bearer \${token}"; };
  post = path: body: { http = { method = "POST"; inherit path; headers = signed; body = builtins.toJSON body; expect.status = 201; }; };
  keep = as: value: { save = { inherit as value; }; };
in
{
  recipe = "keycloak";
  setup = [
    (keep "client_id" "app")
    (keep "user" "alice")
    (keep "password" "ci-\${run}")
    (keep "issuer" "\${idp.base}/realms/${realm}")
    {
      http = {
        method = "POST";
        path = "/realms/master/protocol/openid-connect/token";
        form = { grant_type = "password"; client_id = "admin-cli"; username = "admin"; password = "\${secret:admin_password}"; };
        expect.status = 200;
        save.token = "json:access_token";
      };
    }
    (post "/admin/realms" { inherit realm; enabled = true; })
    (post "${api}/clients" {
      clientId = "app";
      publicClient = false;
      redirectUris = [ "https://\${domain}${redirect}*" ];
    })
    { http = { path = "${api}/clients?clientId=app"; headers = signed; expect.status = 200; save.client = "json:0.id"; }; }
    { http = { path = "${api}/clients/\${client}/client-secret"; headers = signed; expect.status = 200; save.client_secret = "json:value"; }; }
    (post "${api}/users" {
      username = "alice";
      email = "alice@example.org";
      emailVerified = true;
      firstName = "Alice";
      lastName = "Example";
      enabled = true;
      credentials = [ { type = "password"; value = "\${password}"; temporary = false; } ];
    })
  ];
}
