# LaSuite Drive: twelve services, among them a Django backend, Collabora on a host of its own, and an object
# store whose bucket somebody has to make. People come through an identity provider alone.
# unconfirmed: the names of the variables, of the secret and of the bucket, which are those of Drive itself.
let
  oidc = "\${idp.issuer}/protocol/openid-connect";
  bucket = "drive-media-storage";
  # The store's own client, with the keys that the service has.
  mc = script: {
    service = "minio";
    command = [ "sh" "-c" "mc alias set local http://localhost:9000 \"$(cat /run/secrets/minio_root_user)\" \"$(cat /run/secrets/minio_root_password)\" >/dev/null && ${script}" ];
  };
  sql = query: {
    service = "db";
    command = [ "sh" "-c" "psql --no-psqlrc --set ON_ERROR_STOP=1 --tuples-only --username \"$POSTGRES_USER\" --dbname \"$POSTGRES_DB\" --command \"$1\"" "sh" query ];
  };
in
{
  description = "Files, edited together";
  category = "object-storage";

  hosts = [ "collabora-\${domain}" ];
  # Without its discovery the backend answers every document with 404; Collabora is the last to come.
  ready = { path = "/"; also = [ "https://collabora-\${domain}/hosting/discovery" ]; timeout = "15m"; };

  needs.idp = import ../_keycloak { redirect = "/api/v1.0/callback/"; };
  secrets.oidc_rp_client_secret.value = "\${idp.client_secret}";
  env = {
    COLLABORA_DOMAIN = "collabora-\${domain}";
    OIDC_RP_CLIENT_ID = "\${idp.client_id}";
    OIDC_RP_SIGN_ALGO = "RS256";
    OIDC_OP_JWKS_ENDPOINT = "${oidc}/certs";
    OIDC_OP_AUTHORIZATION_ENDPOINT = "${oidc}/auth";
    OIDC_OP_TOKEN_ENDPOINT = "${oidc}/token";
    OIDC_OP_USER_ENDPOINT = "${oidc}/userinfo";
  };
  setup = [ { exec = mc "mc mb --ignore-existing local/${bucket}"; } ];

  # The two places in which it keeps something: the database, and the bucket.
  state.write = [
    { exec = sql "CREATE TABLE cc_ci AS SELECT 'kept'::text AS note"; }
    { exec = mc "mc pipe local/${bucket}/cc-ci.txt" // { stdin = "kept"; }; }
  ];
  state.verify = [
    { exec = sql "SELECT note FROM cc_ci" // { expect.equals = "kept"; }; }
    { exec = mc "mc cat local/${bucket}/cc-ci.txt" // { expect.equals = "kept"; }; }
  ];
  state.change = [
    { exec = sql "UPDATE cc_ci SET note = 'lost'"; }
    { exec = mc "mc pipe local/${bucket}/cc-ci.txt" // { stdin = "lost"; }; }
  ];

  flows.keep-a-file = [
    { goto = "/"; timeout = "60s"; }
    { click = { role = "button"; name = "Sign in"; }; timeout = "30s"; }
    { fill = { at = "#username"; value = "\${idp.user}"; }; timeout = "60s"; }
    { fill = { at = "#password"; value = "\${idp.password}"; }; }
    { click = "#kc-login"; }
    { expectURL = "\${base}/**"; timeout = "60s"; }
    { upload = { at = "input[type=file]"; name = "list.txt"; content = "milk and bread"; }; timeout = "30s"; }
    { expectText.text = "list"; timeout = "30s"; }
  ];

  # Seen upstream: a new Collabora takes longer than abra's own watch, which cc-ci does not rely on.
  limits = { deploy = "20m"; pull = "45m"; step = "1m"; run = "2h"; };

  policy.exceptions = [
    { rule = "no-health-check"; place = "service collabora"; reason = "known upstream; ready.also waits for its discovery instead"; }
  ];
}
