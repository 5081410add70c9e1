# LaSuite Docs: a front, a Django backend, its workers, a collaboration server, Postgres, Redis and an object store.
# People come through an identity provider alone: a Keycloak of the run's own stands beside it.
# unconfirmed: the names of the variables and of the secret, which are those of Docs itself.
let
  oidc = "\${idp.issuer}/protocol/openid-connect";
  sql = query: {
    service = "db";
    command = [ "sh" "-c" "psql --no-psqlrc --set ON_ERROR_STOP=1 --tuples-only --username \"$POSTGRES_USER\" --dbname \"$POSTGRES_DB\" --command \"$1\"" "sh" query ];
  };
  # The landing page, Keycloak's form, and back.
  logIn = [
    { goto = "/"; timeout = "60s"; }
    { click = { role = "button"; name = "Start Writing"; }; timeout = "30s"; }
    { fill = { at = "#username"; value = "\${idp.user}"; }; timeout = "60s"; }
    { fill = { at = "#password"; value = "\${idp.password}"; }; }
    { click = "#kc-login"; }
    { expectURL = "\${base}/**"; timeout = "60s"; }
  ];
in
{
  description = "Collaborative documents";
  category = "object-storage";

  ready = { path = "/"; timeout = "10m"; };

  needs.idp = import ../_keycloak { redirect = "/api/v1.0/callback/"; };
  secrets.oidc_rp_client_secret.value = "\${idp.client_secret}";
  env = {
    OIDC_RP_CLIENT_ID = "\${idp.client_id}";
    OIDC_RP_SIGN_ALGO = "RS256";
    OIDC_OP_JWKS_ENDPOINT = "${oidc}/certs";
    OIDC_OP_AUTHORIZATION_ENDPOINT = "${oidc}/auth";
    OIDC_OP_TOKEN_ENDPOINT = "${oidc}/token";
    OIDC_OP_USER_ENDPOINT = "${oidc}/userinfo";
  };

  # Documents are made in a logged-in page alone. What must survive is the database: a table of our own
  # beside the app's says so whatever its schema is.
  state.write = [ { exec = sql "CREATE TABLE cc_ci AS SELECT 'kept'::text AS note"; } ];
  state.verify = [ { exec = sql "SELECT note FROM cc_ci" // { expect.equals = "kept"; }; } ];
  state.change = [ { exec = sql "UPDATE cc_ci SET note = 'lost'"; } ];

  flows.write-a-document = logIn ++ [
    { click = { role = "button"; name = "New doc"; }; timeout = "30s"; }
    { fill = { at = { role = "textbox"; name = "Document title"; }; value = "Milk and bread"; }; timeout = "30s"; }
    { press = { at = { role = "textbox"; name = "Document title"; }; key = "Enter"; }; }
    # The page's own title follows when the server has it.
    { expectTitle = "Milk and bread"; timeout = "30s"; }
    { save.as = "document"; }
    { goto = "/"; }
    { expectText.text = "Milk and bread"; timeout = "30s"; }
  ];

  limits = { deploy = "15m"; pull = "30m"; step = "1m"; run = "1h30m"; };
}
