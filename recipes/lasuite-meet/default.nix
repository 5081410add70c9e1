# LaSuite Meet: a front, a Django backend, LiveKit, Postgres and Redis. People come through an identity provider.
# A room is made, joined and removed through its API; that sound and picture flow can't be seen from here:
# LiveKit's relay wants UDP from outside, which no runner has.
# unconfirmed: the names of the variables, of the secret and of the service with the database.
let
  oidc = "\${idp.issuer}/protocol/openid-connect";
  sql = query: {
    service = "db";
    command = [ "sh" "-c" "psql --no-psqlrc --set ON_ERROR_STOP=1 --tuples-only --username \"$POSTGRES_USER\" --dbname \"$POSTGRES_DB\" --command \"$1\"" "sh" query ];
  };
  # A request as the page itself makes it, with its session and its token against forgery; gives an expression.
  ask = method: path: body: what: ''
    fetch(${path}, { method: "${method}", credentials: "include", body: ${body},
      headers: { "Content-Type": "application/json", "X-CSRFToken": (document.cookie.match(/csrftoken=([^;]+)/) || [])[1] || "" } })
      .then(async r => ${what})
  '';
  room = "\"/api/v1.0/rooms/cc-ci-room/\"";
in
{
  description = "Video meetings";
  category = "multi-service";

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

  state.write = [ { exec = sql "CREATE TABLE cc_ci AS SELECT 'kept'::text AS note"; } ];
  state.verify = [ { exec = sql "SELECT note FROM cc_ci" // { expect.equals = "kept"; }; } ];
  state.change = [ { exec = sql "UPDATE cc_ci SET note = 'lost'"; } ];

  flows.hold-a-meeting = [
    { goto = "/"; timeout = "60s"; }
    { click = { role = "button"; name = "Login"; }; timeout = "30s"; }
    { fill = { at = "#username"; value = "\${idp.user}"; }; timeout = "60s"; }
    { fill = { at = "#password"; value = "\${idp.password}"; }; }
    { click = "#kc-login"; }
    { expectURL = "\${base}/**"; timeout = "60s"; }
    { eval = { js = ask "POST" "\"/api/v1.0/rooms/\"" "JSON.stringify({ name: \"cc-ci room\" })" "r.status"; equals = "201"; }; timeout = "30s"; }
    { eval = { js = ask "GET" room "undefined" "r.status"; equals = "200"; }; }
    # LiveKit lets nobody in whose token doesn't name the room: a JWT with a grant.
    { eval = { js = ask "GET" room "undefined" "(JSON.parse(atob((await r.json()).livekit.token.split(\".\")[1])).video || {}).roomJoin"; equals = "true"; }; }
    { eval = { js = ask "DELETE" room "undefined" "r.status"; equals = "204"; }; }
  ];

  # By name: its tag is a lightweight one, which `previous` passes over.
  upgrade.from = [ "0.2.0+v1.15.0" ];

  limits = { deploy = "15m"; pull = "30m"; step = "1m"; run = "1h30m"; };

  policy.exceptions = [
    { rule = "lightweight-tag"; place = "tags"; reason = "published so upstream; new versions get annotated tags"; }
  ];
}
