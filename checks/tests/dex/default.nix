# Dex, a real identity provider with a Postgres. Its people are rows of a table: the ones that it shows nobody a form for.
let
  sql = statements: { exec = { service = "db"; command = [ "psql" "--quiet" "--set" "ON_ERROR_STOP=1" "--username=dex" "--dbname=dex" ]; stdin = statements; expect.exit = 0; }; };

  # What an app that logs people in asks for.
  ask = "/auth?client_id=app&redirect_uri=https%3A%2F%2F\${domain}%2Fcallback&response_type=code&scope=openid&state=none";
in
{
  description = "An OpenID Connect provider";
  category = "identity";
  ready.path = "/.well-known/openid-configuration";

  state.write = [
    (sql ''
      \set password pw-''${run}
      create extension pgcrypto;
      insert into password (email, hash, username, user_id)
        values ('kept@example.org', crypt(:'password', gen_salt('bf', 10))::bytea, 'kept', '1');
    '')
  ];
  # The person still gets in, by the form, and the app its code.
  state.verify = [
    { http = { path = ask; expect.status = 302; save.connector = "header:Location"; }; }
    { http = { path = "\${connector}"; expect.status = 302; save.form = "header:Location"; }; }
    { http = { method = "POST"; path = "\${form}"; form = { login = "kept@example.org"; password = "pw-\${run}"; }; expect = { status = 303; header.Location = "code="; }; }; }
  ];
  state.change = [ (sql "delete from password where email = 'kept@example.org';") ];

  flows.stranger = [
    { goto = ask; }
    { fill = { at = "#login"; value = "stranger@example.org"; }; }
    { fill = { at = "#password"; value = "wrong"; }; }
    { click = "#submit-login"; }
    { expectText = { text = "Invalid"; }; }
  ];
}
